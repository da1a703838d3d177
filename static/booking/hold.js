"use strict";
// The page works without this file; it only counts down and guards against a second tap.
(() => {
  const hold = document.querySelector("[data-expires]");
  const status = hold && hold.querySelector(".sr");
  const counter = hold && hold.querySelector(".countdown");
  const extend = document.querySelector(".extend");

  function countdown() {
    // The server's clock decides; the browser's may be wrong, so only its passing is trusted.
    const left = new Date(hold.dataset.expires) - new Date(hold.dataset.now);
    const began = performance.now();
    let spoken = Infinity;
    if (extend && left > 60000) extend.hidden = true;

    function tick() {
      const seconds = Math.max(0, Math.ceil((left - (performance.now() - began)) / 1000));
      counter.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      if (seconds <= 60 && extend) extend.hidden = false;
      if (seconds <= 60 && spoken > 60) status.textContent = hold.dataset.minute;
      if (seconds <= 15 && spoken > 15) status.textContent = hold.dataset.moment;
      spoken = seconds;
      if (seconds > 0) return;
      clearInterval(timer);
      if (extend) extend.hidden = true;
      hold.textContent = hold.dataset.over;
      hold.setAttribute("role", "status");
    }
    const timer = setInterval(tick, 1000);
    tick();
  }

  function onlyOnce(form) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
    // Coming back with the browser's button, the form may be sent again.
    window.addEventListener("pageshow", () => delete form.dataset.sent);
  }

  if (hold) countdown();
  document.querySelectorAll("[data-once]").forEach(onlyOnce);
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();
})();
