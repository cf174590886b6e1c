// One-key shortcuts for lists (data-keys) whose rows carry data-row. They act on the row that
// holds the focus, and move real focus, so a screen reader follows.
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("[data-keys] [data-row]")];
  const current = () => document.activeElement?.closest("[data-keys] [data-row]") ?? null;

  const go = (row) => {
    if (!row) return;
    const target = row.querySelector("[data-row-focus]") ?? row;
    target.focus();
    row.scrollIntoView({ block: "nearest" });
  };

  const step = (by) => {
    const all = rows();
    const now = all.indexOf(current());
    go(now === -1 ? all[0] : all[Math.min(Math.max(now + by, 0), all.length - 1)]);
  };

  // The form of an action, beside the row whose link asked for it. Without this script the same
  // link leads to the task's page, where the forms are.
  const openerOf = (float) => {
    const { panel } = float.querySelector("form").dataset;
    return float.parentElement.querySelector(`[data-action="${panel}"]`);
  };

  const closeFloats = () => {
    for (const float of document.querySelectorAll("[data-float]")) {
      openerOf(float)?.removeAttribute("aria-expanded");
      float.remove();
    }
  };

  // All of it, not only the field that takes the focus.
  const show = (float) => {
    float.querySelector("[data-first]").focus({ preventScroll: true });
    float.scrollIntoView({ block: "nearest" });
  };

  const openPanel = (link) => {
    const { action } = link.dataset;
    const template = document.getElementById(`panel-${link.dataset.panelOf ?? action}`);
    if (!template) return false;
    const wasOpen = link.hasAttribute("aria-expanded");
    closeFloats();
    if (wasOpen) return true;
    const float = document.createElement("div");
    float.className = "menu-panel task-float";
    float.dataset.float = "";
    float.append(template.content.cloneNode(true));
    const form = float.querySelector("form");
    form.action = `${new URL(link.href).pathname}${action}/`;
    form.setAttribute("hx-post", form.getAttribute("action"));
    form.setAttribute("hx-target", `#${link.closest("[data-row]").id}`);
    form.setAttribute("hx-swap", "outerHTML");
    link.setAttribute("aria-expanded", "true");
    link.parentElement.append(float);
    window.htmx.process(form);
    show(float);
    return true;
  };

  // With no row chosen a key chooses the first one it could act on, and does nothing to it.
  const open = (action) => {
    const actionOf = (row) => row?.querySelector(`[data-action="${action}"]`);
    const row = current();
    if (!row) return go(rows().find(actionOf));
    const link = actionOf(row);
    if (link && !link.hasAttribute("aria-expanded")) openPanel(link);
  };

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const link = target?.closest("[data-action]");
    const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (link && isPlain && openPanel(link)) event.preventDefault();
    else if (target && !target.closest("[data-float]")) closeFloats();
  });

  // Whoever tabs out of a form has left it.
  document.addEventListener("focusout", (event) => {
    const float = document.querySelector("[data-float]");
    const to = event.relatedTarget;
    if (float?.parentElement.contains(event.target) && to && !float.parentElement.contains(to)) {
      closeFloats();
    }
  });

  // Up and down walk through the choices of an open form, as in any menu.
  const walk = (float, by) => {
    const stops = [...float.querySelectorAll("input:not([type=hidden]), button:enabled")];
    const next = stops.indexOf(document.activeElement) + by;
    stops[Math.min(Math.max(next, 0), stops.length - 1)]?.focus();
  };

  document.addEventListener("keydown", (event) => {
    const float = document.querySelector("[data-float]");
    const here = document.activeElement;
    // A note is no outcome: Enter goes on to the outcomes. (The form itself refuses it too.)
    const isEnter = event.key === "Enter" && !event.isComposing;
    const note = isEnter && here?.closest("[data-panel=complete] input");
    if (note) {
      event.preventDefault();
      note.form.querySelector("[data-first]").focus();
    } else if (float && event.key === "Escape") {
      const opener = openerOf(float);
      closeFloats();
      opener?.focus();
    } else if (float?.contains(here) && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      walk(float, event.key === "ArrowDown" ? 1 : -1);
    }
  });

  // What a page gives a key: data-row-key on a part of the row with the focus, its own and not one
  // of a row within it; data-page-key anywhere. `b` adds what `a` does, with the branch chosen.
  const given = (key) => {
    const row = current();
    const own = [...(row?.querySelectorAll("[data-row-key]") ?? [])].find(
      (each) => each.closest("[data-row]") === row && each.dataset.rowKey.split(" ").includes(key),
    );
    if (own && key === "b") return () => window.location.assign(`${own.href}&kind=branch`);
    const found = own ?? document.querySelector(`[data-page-key="${key}"]`);
    // What a menu holds has its key while the menu is open.
    const shut = found?.closest("details:not([open])");
    if (shut && found !== shut.querySelector("summary")) return null;
    return found && (() => found.click());
  };

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    e: () => open("complete"),
    s: () => open("snooze"),
    x: () => open("skip"),
    h: () => current()?.querySelector('[data-action="reassign"]')?.click(),
    z: () => document.querySelector("[data-undo]")?.click(),
    n: () => {
      const link = document.querySelector("[data-new-task]");
      if (link) link.click();
      else window.location.assign("/tasks/new/");
    },
    o: () => (current()?.querySelector("[data-row-open]") ?? current()?.querySelector("a"))?.click(),
    "/": () => window.cs.openPalette(),
    "?": () => window.cs.openShortcuts(),
    "[": () => window.cs.toggleRail(),
  };

  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      window.cs.openPalette();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    const act = KEYS[event.key] ?? (/^[a-z1-5]$/.test(event.key) ? given(event.key) : null);
    if (!act) return;
    event.preventDefault();
    act();
  });

  // A finished row is replaced; the work goes on with the next one, or stays where it was refused.
  let left = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target?.closest?.("[data-row]");
    if (!row || !row.contains(document.activeElement)) return;
    const all = rows();
    const index = all.indexOf(row);
    left = { row: row.id, next: (all[index + 1] ?? all[index - 1] ?? row).id };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!left) return;
    const float = document.getElementById(left.row)?.querySelector("[data-float]");
    if (float) {
      openerOf(float)?.setAttribute("aria-expanded", "true");
      show(float);
    } else {
      go(document.getElementById(left.next));
    }
    left = null;
  });
})();
