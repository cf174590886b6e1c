// Menus, theme, rail, palette, toasts. Everything here is a comfort: without it pages still work.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  const YEAR = 365 * 24 * 3600;
  const remember = (name, value) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; max-age=${value ? YEAR : 0}; samesite=lax${secure}`;
  };

  const setTheme = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    remember("theme", theme);
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
    }
  };

  const toggleRail = () => {
    const narrow = root.dataset.rail !== "narrow";
    if (narrow) root.dataset.rail = "narrow";
    else delete root.dataset.rail;
    remember("rail", narrow ? "narrow" : "");
  };

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    }
  };

  // Enter opens the first choice for what is typed, once the answer to just that is here.
  let opensWhenAnswered = false;

  const openPalette = () => {
    const palette = document.getElementById("palette");
    if (!palette || palette.open) return;
    opensWhenAnswered = false;
    palette.showModal();
    const field = palette.querySelector("input");
    field.select();
    if (window.htmx) window.htmx.trigger(field, "palette-opened");
  };

  // The focus stays in the field; what is chosen is told by aria-activedescendant.
  const choose = (options, index) => {
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const field = document.getElementById("palette-query");
    if (index < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options[index].id);
    options[index]?.scrollIntoView({ block: "nearest" });
  };

  const options = () => [...document.querySelectorAll("#palette-results [role=option]")];
  const chosen = (all) => all.findIndex((one) => one.getAttribute("aria-selected") === "true");

  const movePalette = (step) => {
    const all = options();
    if (all.length) choose(all, (chosen(all) + step + all.length) % all.length);
  };

  const openChosen = () => {
    const typed = document.getElementById("palette-query").value.trim();
    opensWhenAnswered = document.getElementById("palette-results").dataset.query !== typed;
    if (opensWhenAnswered) return;
    const all = options();
    all[Math.max(chosen(all), 0)]?.click();
  };

  // An address that names the head of a menu opens it, where the browser puts the focus anyway:
  // what the palette offers to do on a page stands ready there.
  const openNamed = () => {
    const named = location.hash && document.getElementById(location.hash.slice(1));
    if (named && named.matches("[data-menu] > summary")) named.parentElement.open = true;
  };

  const openShortcuts = () => {
    const dialog = document.getElementById("shortcuts");
    if (dialog && !dialog.open) dialog.showModal();
  };

  const toast = (words) => {
    const box = document.createElement("div");
    box.className = "toast toast-error";
    box.dataset.toast = "";
    box.textContent = words;
    document.getElementById("toasts")?.append(box);
    setTimeout(() => box.remove(), 8000);
  };

  const fadeToasts = () => {
    for (const box of document.querySelectorAll("[data-toast]:not(.toast-error)")) {
      // What can be taken back stays for as long as that takes to decide.
      setTimeout(() => box.remove(), box.querySelector("[data-undo]") ? 20000 : 6000);
    }
  };

  // What stands in a live region from the start is not read out: it is put in once that is there.
  const sayToasts = () => {
    const region = document.getElementById("toasts");
    const waiting = [...(region?.children ?? [])];
    if (!waiting.length) return;
    region.replaceChildren();
    setTimeout(() => {
      region.append(...waiting);
      fadeToasts();
    }, 150);
  };

  // A line of tabs wider than the screen begins where its current one is seen.
  const showTabs = () => {
    for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
      const line = tab.parentElement;
      const before = tab.getBoundingClientRect().left - line.getBoundingClientRect().left;
      line.scrollLeft += before - (line.clientWidth - tab.offsetWidth) / 2;
    }
  };

  // Without the right to the clipboard the text stays selected, to be copied by keys.
  const copyFrom = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard?.writeText(field.value);
    if (navigator.clipboard) button.textContent = button.dataset.copied;
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    closeMenus(target);
    const themed = target.closest("[data-theme-set]");
    if (themed) setTheme(themed.dataset.themeSet);
    if (target.closest("[data-rail-toggle]")) toggleRail();
    if (target.closest("[data-print]")) window.print();
    if (target.closest("[data-copy]")) copyFrom(target.closest("[data-copy]"));
    if (target.closest("[data-dismiss]")) target.closest("[data-toast]").remove();
    if (target.closest("[data-close]")) target.closest("dialog").close();
    if (target.closest("[data-shortcuts-open]")) {
      closeMenus(null);
      openShortcuts();
    }
    if (target instanceof HTMLDialogElement) target.close();
    if (target.closest("#palette-results a")) {
      target.closest("dialog").close();
      setTimeout(openNamed); // on this page only the hash may change
    }
    const opener = target.closest("[data-palette-open]");
    if (opener && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      openPalette();
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target instanceof Element && event.target.closest("form[data-submit-on-change]");
    // A day that is still being typed is no day yet, or one before all reports.
    const isDay = event.target.matches?.("input[type=date]") && event.target.checkValidity();
    if (form && (isDay || event.target.matches("select"))) form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    const palette = document.getElementById("palette");
    if (palette?.open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      movePalette(event.key === "ArrowDown" ? 1 : -1);
    } else if (palette?.open && event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      openChosen();
    } else if (event.key === "Escape" && !palette?.open) {
      const menu = document.querySelector("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // Whoever tabs out of a menu has left it; a window that loses the focus keeps it open.
  document.addEventListener("focusout", (event) => {
    if (event.relatedTarget) closeMenus(event.relatedTarget);
  });

  // What replaces a part takes over its focus: by the id of the link that was followed (htmx does
  // that), and where that link is gone, as on the last page, as the part itself.
  let held = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    held = { focus: document.activeElement, part: event.detail.target?.id };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!held || held.focus.isConnected || document.activeElement !== document.body) return;
    const part = document.getElementById(held.part);
    if (!part) return;
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:responseError", () => {
    toast("That was not saved: the server refused it. Reload the page and try again.");
  });
  document.addEventListener("htmx:sendError", () => {
    toast("That was not saved: the server cannot be reached. Check your connection and try again.");
  });
  document.addEventListener("htmx:afterSettle", fadeToasts);
  document.addEventListener("htmx:afterSettle", showTabs);
  // Once answered, the first choice is the one that Enter opens.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target?.id !== "palette-results") return;
    choose(options(), options().length ? 0 : -1);
    if (opensWhenAnswered) openChosen();
  });

  // Whoever opens what a notice is about has read it.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-notice]");
    if (!link) return;
    const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const body = new URLSearchParams({ id: link.dataset.notice });
    fetch("/notifications/read/", { method: "POST", headers, body, keepalive: true, redirect: "manual" });
  });
  sayToasts();
  showTabs();
  openNamed();

  window.cs = { openPalette, openShortcuts, toggleRail };
})();
