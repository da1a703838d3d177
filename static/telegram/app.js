"use strict";
// Speaks with Telegram, inside which the page is shown (core.telegram.org/api/web-events and /bots/webapps): its theme,
// its main button and its back button. The page works without this file, and this file does nothing outside Telegram.
(() => {
  const WEB = "https://web.telegram.org";
  const READABLE = 4.5; // WCAG 1.4.3
  const { session } = document.currentScript.dataset;
  const root = document.documentElement;
  const isFramed = window.parent !== window;
  const post = road();
  if (!post) return; // a link somebody sent us with initData of his own signs nobody in

  function road() {
    const proxy = window.TelegramWebviewProxy;
    if (proxy) return (eventType, eventData = "") => proxy.postEvent(eventType, JSON.stringify(eventData));
    const whole = (eventType, eventData = "") => JSON.stringify({ eventType, eventData });
    if (window.external && "notify" in window.external) return (...event) => window.external.notify(whole(...event));
    return isFramed && ((...event) => window.parent.postMessage(whole(...event), WEB));
  }

  // --- What the next page must know, too; in a window that keeps nothing, it does without.
  function recall(name) {
    try {
      return sessionStorage.getItem(`telegram.${name}`) || "";
    } catch {
      return "";
    }
  }
  function keep(name, text) {
    try {
      sessionStorage.setItem(`telegram.${name}`, text);
    } catch {}
  }

  // --- How we were opened. What proves who opened us does not stay in the address. Telegram writes it once: of two, one
  // is somebody's who wants his reader to be taken for himself.
  const launch = new URLSearchParams(location.hash.slice(1));
  const [initData, another] = launch.getAll("tgWebAppData");
  for (const name of ["tgWebAppThemeParams", "tgWebAppVersion"]) {
    if (launch.has(name)) keep(name, launch.get(name));
  }
  if (initData) history.replaceState(null, "", location.pathname + location.search);

  // --- Colours: Telegram's where they can be read, else ours.
  const bytes = (color) => color.match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
  const hex = (color) => "#" + color.map((byte) => Math.round(byte).toString(16).padStart(2, "0")).join("");
  const mix = (one, other, share) => {
    const to = bytes(other);
    return hex(bytes(one).map((byte, at) => byte + (to[at] - byte) * share));
  };
  function luminance(color) {
    const [r, g, b] = bytes(color).map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }
  const isReadable = (color, grounds) => grounds.every((ground) => contrast(color, ground) >= READABLE);
  const firstReadable = (colors, grounds) => colors.find((color) => color && isReadable(color, grounds));

  function ours(name) {
    const color = getComputedStyle(root).getPropertyValue(`--${name}`).trim();
    return color.length === 4 ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  }

  function paint(params) {
    const theme = (name) => (/^#[0-9a-f]{6}$/i.test(params?.[name]) ? params[name] : "");
    root.removeAttribute("style");
    if (theme("bg_color")) root.dataset.scheme = luminance(theme("bg_color")) < 0.18 ? "dark" : "light";
    const colors = palette(theme) || {};
    for (const [name, color] of Object.entries(colors)) root.style.setProperty(`--${name}`, color);
    const color = ours("paper");
    post("web_app_set_header_color", { color });
    post("web_app_set_background_color", { color });
    post("web_app_set_bottom_bar_color", { color });
  }

  // Nothing when Telegram's text could not be read on Telegram's grounds.
  function palette(theme) {
    const surface = theme("section_bg_color") || theme("bg_color");
    const paper = theme("secondary_bg_color") || surface;
    const ink = theme("text_color");
    const grounds = [paper, surface];
    if (!surface || !ink || !isReadable(ink, grounds)) return;
    const accents = [theme("link_color"), theme("accent_text_color"), theme("button_color"), ours("accent"), ink];
    const accent = firstReadable(accents, grounds);
    const tints = [0.14, 0.07, 0].map((share) => mix(surface, accent, share));
    const tint = tints.find((color) => isReadable(accent, [color]) && isReadable(ink, [color]));
    const mutes = [theme("subtitle_text_color"), theme("hint_color"), ours("muted"), mix(ink, surface, 0.25), ink];
    return {
      paper,
      surface,
      ink,
      accent,
      tint,
      "tint-ink": ink,
      "tint-line": mix(tint, accent, 0.4),
      line: mix(surface, ink, 0.2),
      muted: firstReadable(mutes, grounds),
      danger: firstReadable([theme("destructive_text_color"), ours("danger"), ink], grounds),
      "on-accent": firstReadable([theme("button_text_color"), ours("on-accent"), "#ffffff", "#000000"], [accent]),
    };
  }

  function readTheme() {
    try {
      return JSON.parse(recall("tgWebAppThemeParams"));
    } catch {
      return {};
    }
  }

  // --- Telegram's buttons are the page's own ones.
  const find = (selector) => document.querySelector(selector);
  const notice = () => find("[data-not-signed-in]");
  const mainButton = () => find(".button.primary");
  function wayBack() {
    const brand = find("a.brand");
    return find(".back") || (brand && brand.pathname !== location.pathname ? brand : null);
  }

  function showMainButton(isSending = false) {
    const button = mainButton();
    root.toggleAttribute("data-main-button", Boolean(button));
    if (!button) return post("web_app_setup_main_button", { is_visible: false });
    const looks = { text: button.textContent.trim(), color: ours("accent"), text_color: ours("on-accent") };
    const state = { is_visible: true, is_active: !isSending, is_progress_visible: isSending };
    post("web_app_setup_main_button", { ...state, ...looks });
  }

  function showBackButton() {
    const canGoBack = Boolean(wayBack());
    root.toggleAttribute("data-back-button", canGoBack && parseFloat(recall("tgWebAppVersion")) >= 6.1);
    post("web_app_setup_back_button", { is_visible: canGoBack });
  }

  function feel() {
    if (!recall("sent")) return;
    keep("sent", "");
    const kind = find(".errors, .notice.error:not([hidden])") ? "error" : find(".state") ? "success" : "";
    if (kind) post("web_app_trigger_haptic_feedback", { type: "notification", notification_type: kind });
  }

  // --- What Telegram says.
  const heard = {
    theme_changed({ theme_params: params } = {}) {
      keep("tgWebAppThemeParams", JSON.stringify(params));
      paint(params);
      showMainButton();
    },
    main_button_pressed: () => mainButton()?.click(),
    back_button_pressed: () => wayBack()?.click(),
    reload_iframe() {
      post("iframe_will_reload");
      location.reload();
    },
  };
  function receiveEvent(eventType, eventData) {
    if (Object.hasOwn(heard, eventType)) heard[eventType](eventData ?? undefined);
  }
  window.Telegram = { WebView: { receiveEvent } };
  window.TelegramGameProxy = { receiveEvent };
  window.TelegramGameProxy_receiveEvent = receiveEvent;
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || origin !== WEB) return;
    try {
      const { eventType, eventData } = JSON.parse(data);
      receiveEvent(eventType, eventData);
    } catch {}
  });

  // --- What leads out of the page opens outside of Telegram's window, in which nothing can be downloaded either.
  let isLeaving = false;
  function openOutside(event) {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || !link.protocol.startsWith("http")) return;
    const isOutside = link.target === "_blank" || link.host !== location.host || link.pathname.endsWith(".ics");
    isLeaving = !isOutside;
    if (!isOutside) return;
    event.preventDefault();
    if (link.host === "t.me") post("web_app_open_tg_link", { path_full: link.pathname + link.search });
    else post("web_app_open_link", { url: link.href });
  }

  function onSubmit(event) {
    if (event.defaultPrevented || event.target.method !== "post") return;
    isLeaving = true;
    keep("sent", "yes");
    if (event.submitter === mainButton()) showMainButton(true);
  }

  // --- Who we are: once for each opening. A page that somebody is already leaving is not shown anew.
  async function signIn() {
    const headers = { Authorization: `tma ${initData}` };
    const answer = await fetch(session, { method: "POST", headers, keepalive: true });
    if (answer.status === 200 && !isLeaving) location.replace((await answer.json()).redirect || location.href);
    if (answer.status !== 401 || root.dataset.telegram === "known") return;
    notice().textContent = (await answer.json()).message;
    notice().hidden = false;
  }

  function begin() {
    isLeaving = false;
    showMainButton();
    showBackButton();
    post("web_app_setup_closing_behavior", { need_confirmation: Boolean(find("form.contact")) });
    const keepsCookies = document.cookie.includes("tg=1");
    notice().hidden = keepsCookies;
    feel();
    if (keepsCookies && initData && !another) signIn().catch(() => {});
    post("web_app_ready");
    post("web_app_expand");
  }

  paint(readTheme());
  if (isFramed) post("iframe_ready", { reload_supported: true });
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("click", openOutside);
  document.addEventListener("submit", onSubmit);
  // Back from where the browser kept the page as it was: Telegram's buttons are those of the page left.
  window.addEventListener("pageshow", ({ persisted }) => persisted && begin());
})();
