{% load static %}"use strict";
// Shows what is pushed and leads to its page. It answers no request, so no page depends on it.
const KEY = "{{ key }}";
const ICON = "{% static 'push/icon-192.png' %}", BADGE = "{% static 'push/badge.png' %}";
const RENEWED = "{% url 'notifications:renewed_push' %}";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(messageIn(event))));
self.addEventListener("notificationclick", (event) => event.waitUntil(follow(event)));
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

function messageIn(event) {
  try {
    return event.data.json() || {};
  } catch {
    return {};
  }
}

// Whatever came, something is shown: a browser that is woken in silence takes its permission back.
async function show(message) {
  const told = message.notification || {};
  const actions = (told.actions || []).slice(0, Notification.maxActions);
  await self.registration.showNotification(told.title || self.location.hostname, {
    body: told.body || "",
    lang: told.lang || "",
    dir: told.dir || "auto",
    tag: told.tag || "",
    renotify: Boolean(told.tag) && !told.silent,
    silent: Boolean(told.silent),
    icon: ICON,
    badge: BADGE,
    actions: actions.map(({ action, title }) => ({ action, title })),
    data: {
      ...message.data,
      url: told.navigate || "/",
      urls: Object.fromEntries(actions.map(({ action, navigate }) => [action, navigate])),
    },
  });
  await navigator.setAppBadge?.(Number(told.app_badge) || 0).catch(() => {});
}

async function follow(event) {
  event.notification.close();
  await navigator.clearAppBadge?.().catch(() => {});
  const { url, urls } = event.notification.data;
  const address = new URL(urls[event.action] || url, self.location.origin).href;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url === address);
  if (!there) return self.clients.openWindow(address);
  // What it shows may be what has just changed.
  return (await there.focus()).navigate(address).catch(() => there);
}

async function renew(event) {
  const wanted = { userVisibleOnly: true, applicationServerKey: KEY };
  const subscription = event.newSubscription || (await self.registration.pushManager.subscribe(wanted));
  await fetch(RENEWED, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ old: event.oldSubscription?.endpoint || "", new: subscription }),
  });
}
