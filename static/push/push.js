"use strict";
// The page works without this file, and without the button it brings: it offers to wake this browser.
(() => {
  const box = document.querySelector("[data-push]");
  if (!box) return;
  const turnOn = box.querySelector("[data-push-on]");
  const turnOff = box.querySelector("[data-push-off]");

  function show(state) {
    for (const part of box.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(state);
    }
    box.hidden = false;
  }

  async function begin() {
    const canBeWoken = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
    // Safari on an iPhone says so by itself; a page that was opened from the Home Screen says true.
    if (!canBeWoken) return navigator.standalone === false ? show("home-screen") : undefined;
    navigator.clearAppBadge?.().catch(() => {});
    const registration = await navigator.serviceWorker.getRegistration(box.dataset.worker);
    const subscription = await registration?.pushManager.getSubscription();
    if (Notification.permission === "denied") return show("denied");
    show(subscription && "on" in box.dataset ? "on" : "off");
  }

  // The browser asks the person here and nowhere else: after the press.
  async function wake() {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return show(permission === "denied" ? "denied" : "off");
    await navigator.serviceWorker.register(box.dataset.worker);
    const { pushManager } = await navigator.serviceWorker.ready;
    await tell("POST", await subscriptionOf(pushManager));
    show("on");
    turnOff.focus();
  }

  async function sleep() {
    const { pushManager } = await navigator.serviceWorker.ready;
    const subscription = await pushManager.getSubscription();
    if (subscription) {
      await tell("DELETE", subscription);
      await subscription.unsubscribe();
    }
    show("off");
    turnOn.focus();
  }

  async function subscriptionOf(pushManager) {
    const known = await pushManager.getSubscription();
    if (known && base64url(known.options.applicationServerKey) === box.dataset.key) return known;
    await known?.unsubscribe(); // made with a key that we no longer have: nobody could push to it
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.key });
  }

  function base64url(bytes) {
    const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  async function tell(method, subscription) {
    const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const answer = await fetch(box.dataset.address, { method, headers, body: JSON.stringify(subscription) });
    if (!answer.ok) throw new Error(answer.status);
  }

  function onPress(button, action) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await action();
      } catch (error) {
        show(error.message === "409" ? "full" : "failed");
      }
      button.disabled = false;
    });
  }

  onPress(turnOn, wake);
  onPress(turnOff, sleep);
  begin();
})();
