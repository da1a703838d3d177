"use strict";
// The chat works without this file, by reloading; it only looks for what is new, and minds the focus.
(() => {
  const known = document.getElementById("known");
  const messages = document.getElementById("messages");
  const composer = document.getElementById("composer");
  const LOOKS = 1000;
  const SOON = [150, 400];
  const OWN_DOING = 3000;
  let [looked, acted] = [0, -Infinity];
  let isLooking = false;

  // On a telephone the people lie in a row.
  document.querySelector("#people [aria-current]").scrollIntoView({ block: "nearest", inline: "center" });

  // The times of whoever looks: his clock need not be the server's.
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  function tellTimes(within) {
    for (const time of within.querySelectorAll("time[datetime]")) time.textContent = clock.format(new Date(time.dateTime));
  }
  tellTimes(document);

  function look() {
    if (!document.hidden) htmx.trigger(known, "look");
  }
  setInterval(look, LOOKS);
  document.addEventListener("visibilitychange", look);

  const isAct = (event) => event.detail.requestConfig.verb === "post";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isAct(event)) acted = performance.now();
    else looked = performance.now();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // What was just done may have an answer that is still being written.
    if (isAct(event)) SOON.forEach((wait) => setTimeout(look, wait));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    isLooking = !isAct(event);
    // What was seen before something was done may be older than what came of it.
    if (!isAct(event) && acted > looked) event.detail.shouldSwap = false;
  });

  // Messages that are the same stay the same nodes: nobody loses a button from under his finger, or his place.
  function renew(history, fresh) {
    let at = history.firstElementChild;
    const drop = () => {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    };
    for (const node of [...fresh.children]) {
      const old = node.id && history.querySelector("#" + node.id);
      if (old && old.isEqualNode(node)) {
        while (at !== old) drop();
        at = old.nextElementSibling;
      } else {
        history.insertBefore(node, at);
        htmx.process(node);
      }
    }
    while (at) drop();
  }
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    tellTimes(event.detail.fragment); // before they are compared with what is there
    // A form that waits for its answer stays, or the answer would find no page to change; the next look brings the rest.
    const isAwaited = isLooking && composer.querySelector(".htmx-request");
    if (isAwaited && [composer, known].includes(event.detail.target)) event.detail.shouldSwap = false;
    if (event.detail.target !== messages) return;
    event.detail.shouldSwap = false;
    const focused = document.activeElement.id;
    const history = messages.querySelector(".history");
    const [above, last] = [messages.scrollTop, history.lastElementChild.id];
    renew(history, event.detail.fragment.querySelector(".history"));
    // Zero is the bottom: there is what whoever has just done something waits for.
    const isNew = history.lastElementChild.id !== last;
    const isAnswered = isNew && performance.now() - acted < OWN_DOING;
    messages.scrollTop = isAnswered ? 0 : above;
    if (isAnswered) acted = -Infinity;
    const heir = focused && document.getElementById(focused);
    if (heir && heir !== document.activeElement) heir.focus({ preventScroll: true });
  });

  // An alert is in the way of everything, as in Telegram; without this file it is only on top.
  let pressed = "";
  messages.addEventListener("click", (event) => {
    const button = event.target.closest(".key");
    if (button) pressed = button.id;
  });
  function alarm() {
    const alert = document.querySelector("dialog.alert");
    if (!alert && pressed && document.activeElement === document.body) {
      const button = document.getElementById(pressed);
      if (button) button.focus({ preventScroll: true });
    }
    if (!alert || alert.matches(":modal")) return;
    alert.close();
    alert.showModal();
    alert.addEventListener("cancel", (event) => {
      event.preventDefault();
      alert.querySelector("button").click();
    });
  }
  document.addEventListener("htmx:afterSwap", alarm);
  alarm();

  // The menu of commands closes as menus do.
  document.addEventListener("click", (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (menu && (!menu.contains(event.target) || event.target.closest("li"))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
