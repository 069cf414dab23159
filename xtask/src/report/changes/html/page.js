"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const root = document.documentElement;
  const changes = all(".change");
  const texts = new Map();
  const search = one("#search"), found = one("#found"), none = one("#none"), keys = one("#keys"), fold = one("#fold");
  one(".tools").hidden = false;

  // What is kept from visit to visit; a page opened from a file may not keep anything.
  const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* then not */ } };
  const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = (value) => {
    if (value) root.dataset.theme = value;
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    one("#theme").textContent = now === "dark" ? "Light" : "Dark";
  };
  theme(kept("oas-diff-theme"));
  dark.addEventListener("change", () => theme());
  one("#theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    const next = now === "dark" ? "light" : "dark";
    keep("oas-diff-theme", next);
    theme(next);
  });

  const layout = (isUnified) => {
    document.body.classList.toggle("unified", isUnified);
    one("#layout").setAttribute("aria-pressed", String(isUnified));
  };
  layout(kept("oas-diff-unified") === "true");
  const turn = () => {
    const isUnified = !document.body.classList.contains("unified");
    keep("oas-diff-unified", String(isUnified));
    layout(isUnified);
  };
  one("#layout").addEventListener("click", turn);

  const visible = () => changes.filter((change) => !change.hidden);
  const said = () => { fold.textContent = visible().some((change) => change.open) ? "Fold all" : "Unfold all"; };
  const foldAll = () => {
    const isOpen = !visible().some((change) => change.open);
    visible().forEach((change) => { change.open = isOpen; });
    said();
  };
  fold.addEventListener("click", foldAll);
  one("#changes").addEventListener("toggle", said, true);

  const textOf = (element) => {
    if (!texts.has(element)) {
      const owner = element.closest(".owner");
      const around = owner ? `${one("h3", owner).textContent} ${one("h2", owner.closest(".component")).textContent} ` : "";
      texts.set(element, (around + element.textContent).toLowerCase());
    }
    return texts.get(element);
  };
  const folded = new Map();
  const look = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (element) => words.every((word) => textOf(element).includes(word));
    for (const change of changes) {
      change.hidden = !has(change);
      if (words.length === 0) {
        if (folded.has(change)) change.open = folded.get(change);
      } else {
        if (!folded.has(change)) folded.set(change, change.open);
        if (!change.hidden) change.open = words.some((word) => !one("summary", change).textContent.toLowerCase().includes(word)) || folded.get(change);
      }
    }
    if (words.length === 0) folded.clear();
    all(".risk, .fault, .unseen").forEach((element) => { element.hidden = !has(element); });
    for (const owner of all(".owner, .component, .risks")) {
      const isLeft = one(".change:not([hidden]), .fault:not([hidden]), .risk:not([hidden])", owner);
      owner.hidden = words.length > 0 && !isLeft;
    }
    all("nav [data-of]").forEach((entry) => { entry.hidden = document.getElementById(entry.dataset.of).hidden; });
    const count = visible().length;
    found.textContent = words.length > 0 ? `${count} of ${changes.length}` : "";
    none.hidden = words.length === 0 || one("main > section:not([hidden])") !== null;
    said();
  };
  search.addEventListener("input", look);

  const current = () => document.activeElement && document.activeElement.closest(".change");
  const go = (step) => {
    const shown = visible();
    if (shown.length === 0) return;
    let at = shown.indexOf(current());
    if (at < 0) {
      const below = shown.findIndex((change) => change.getBoundingClientRect().bottom > 70);
      at = step > 0 ? (below < 0 ? shown.length : below) - 1 : (below < 0 ? shown.length : below);
    }
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    one("summary", next).focus({ preventScroll: true });
    next.scrollIntoView({ block: next.getBoundingClientRect().height > innerHeight * .7 ? "start" : "center" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.key === "Escape" && search.value !== "") {
      search.value = "";
      look();
      return;
    }
    if (event.target instanceof HTMLInputElement) {
      if (event.key === "Escape") search.blur();
      if (event.key === "Enter") go(1);
      return;
    }
    const act = {
      j: () => go(1),
      k: () => go(-1),
      o: () => { const change = current(); if (change) change.open = !change.open; },
      O: foldAll,
      u: turn,
      "/": () => { search.focus(); search.select(); },
      "?": () => keys.showModal(),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  one("#help").addEventListener("click", () => keys.showModal());

  // A link into something that is folded away unfolds it.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.classList.contains("change")) target.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();

  // On paper nothing can be unfolded.
  let before = [];
  addEventListener("beforeprint", () => {
    before = changes.filter((change) => !change.open);
    before.forEach((change) => { change.open = true; });
  });
  addEventListener("afterprint", () => before.forEach((change) => { change.open = false; }));

  if (matchMedia("(max-width: 60rem)").matches) one("#tree").open = false;
  said();
})();
