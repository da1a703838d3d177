"use strict";
// The chat works without this file, by reloading; it only looks for what is new, and minds the focus.
(() => {
  const known = document.getElementById("known");
  const messages = document.getElementById("messages");
  const LOOKS = 1000;
  const SOON = [150, 400];
  const OWN_DOING = 3000;
  let acted = -Infinity;

  function look() {
    if (!document.hidden) htmx.trigger(known, "look");
  }
  setInterval(look, LOOKS);
  document.addEventListener("visibilitychange", look);

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "post") return;
    acted = performance.now();
    // What was on its way may be older than what is being done.
    htmx.trigger(known, "htmx:abort");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    // What was just done may have an answer that is still being written.
    if (event.detail.requestConfig.verb === "post") SOON.forEach((wait) => setTimeout(look, wait));
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
    if (event.detail.target !== messages) return;
    event.detail.shouldSwap = false;
    const focused = document.activeElement.id;
    const history = messages.querySelector(".history");
    const [above, last] = [messages.scrollTop, history.lastElementChild.id];
    renew(history, event.detail.fragment.querySelector(".history"));
    // Zero is the bottom: there is what whoever has just done something waits for.
    const isAnswered = history.lastElementChild.id !== last && performance.now() - acted < OWN_DOING;
    messages.scrollTop = isAnswered ? 0 : above;
    const heir = focused && document.getElementById(focused);
    if (heir && heir !== document.activeElement) heir.focus({ preventScroll: true });
  });

  // An alert is in the way of everything, as in Telegram; without this file it is only on top.
  function alarm() {
    const alert = document.querySelector("dialog.alert:not(:modal)");
    if (!alert) return;
    alert.close();
    alert.showModal();
    alert.addEventListener("cancel", (event) => {
      event.preventDefault();
      alert.querySelector("button").click();
    });
  }
  document.addEventListener("htmx:afterSettle", alarm);
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
