// What every page can do: colours, contents on a phone, search, copying code. No library, no network.
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const remembered = (name, value) => {
    // Storage may be refused, in a folder or by the reader's settings: then nothing is remembered.
    try {
      if (value === undefined) return localStorage.getItem(name);
      localStorage.setItem(name, value);
    } catch (_) { /* as said above */ }
    return null;
  };

  // --- Colours: as the system has them, light, dark ---
  const system = matchMedia("(prefers-color-scheme: dark)");
  const modes = { auto: "automatic", light: "light", dark: "dark" };
  const colours = one(".book-colours");
  const show = (mode) => {
    const theme = mode === "auto" ? (system.matches ? "dark" : "light") : mode;
    const changed = root.dataset.theme !== theme;
    root.dataset.mode = mode;
    root.dataset.theme = theme;
    const names = Object.keys(modes);
    const next = names[(names.indexOf(mode) + 1) % names.length];
    if (colours) {
      colours.dataset.next = next;
      colours.setAttribute("aria-label", `Colours: ${modes[mode]}. Change to ${modes[next]}`);
      colours.title = `Colours: ${modes[mode]}`;
    }
    if (changed) document.dispatchEvent(new CustomEvent("book:theme", { detail: theme }));
  };
  const stored = remembered("mode");
  show(stored in modes ? stored : "auto");
  system.addEventListener("change", () => show(root.dataset.mode));
  colours?.addEventListener("click", () => {
    show(colours.dataset.next);
    remembered("mode", root.dataset.mode);
  });

  // --- Contents: a column on a wide screen, a drawer (a popover) on a small one ---
  const contents = one("#book-contents");
  const isOpen = () => Boolean(contents?.matches(":popover-open"));
  if (contents?.hidePopover) {
    contents.addEventListener("toggle", () => isOpen() && one(".book-close", contents).focus());
    // Keyboard focus never wanders behind the open drawer, and a chosen section is not hidden by it.
    contents.addEventListener("focusout", (event) => {
      if (isOpen() && event.relatedTarget && !contents.contains(event.relatedTarget)) contents.hidePopover();
    });
    contents.addEventListener("click", (event) => {
      if (isOpen() && event.target.closest("a")) contents.hidePopover();
    });
    matchMedia("(min-width: 62rem)").addEventListener("change", () => isOpen() && contents.hidePopover());
  }

  // The section being read is marked in the contents.
  const sections = all(".book-sections a").map((link) => [link, document.getElementById(decodeURIComponent(link.hash.slice(1)))]);
  let waiting = false;
  const mark = () => {
    waiting = false;
    const reading = sections.filter(([, section]) => section?.getBoundingClientRect().top < innerHeight * 0.4).pop();
    for (const [link] of sections) {
      if (link === reading?.[0]) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  if (sections.length) {
    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    }, { passive: true });
  }

  // --- Search: its script and its index are loaded when somebody searches ---
  const find = one(".book-find");
  let loading;
  const loaded = () => {
    const load = (source) => new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = done;
      script.onerror = () => failed(new Error(source));
      document.head.append(script);
    });
    loading ??= Promise.all([load(find.dataset.index), load(find.dataset.script)]);
    return loading;
  };
  // The field is there at once, so that no letter typed meanwhile is lost.
  const field = (place) => {
    place.innerHTML = '<label for="book-words">Search this book</label>'
      + '<input id="book-words" type="search" autocomplete="off" autocapitalize="off" spellcheck="false">'
      + '<p role="status"></p><ol></ol>';
    loaded().then(() => window.bookSearch(place, root.dataset.content_root), () => {
      one("[role=status]", place).textContent = "The search could not be loaded. The index lists every term.";
    });
    return one("input", place);
  };
  const here = one("#search-here");
  let dialog;
  const search = () => {
    if (here) {
      one("input", here)?.focus();
      return;
    }
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "book-search";
      dialog.setAttribute("aria-label", "Search this book");
      dialog.innerHTML = '<form method="dialog"><button class="book-button" aria-label="Close the search">'
        + '<span class="icon icon-close"></span></button></form><div></div>';
      document.body.append(dialog);
      dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
      dialog.addEventListener("close", () => find.focus());
      dialog.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.preventDefault(); // some browsers would only empty the field
        dialog.close();
      });
    }
    if (!dialog.open) dialog.showModal();
    const input = one("input", dialog) || field(dialog.lastElementChild);
    input.focus();
    input.select();
  };
  if (find) {
    find.setAttribute("role", "button");
    find.setAttribute("aria-keyshortcuts", "Control+K");
    const mac = /Mac|iPhone|iPad/.test(navigator.platform);
    if (mac) one("kbd", find).textContent = "⌘ K";
    find.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      search();
    });
    find.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      search();
    });
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      search();
    });
    if (here) {
      const input = field(here);
      input.value = new URLSearchParams(location.search).get("q") || "";
      input.focus();
    }
  }

  // --- Code: a button to copy it ---
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch (_) {
      const area = document.createElement("textarea"); // where the page may not write by itself
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("refused");
    }
  };
  // Of a session in a terminal, what was typed; of anything else, all of it.
  const typed = (text) => {
    const lines = text.trimEnd().split("\n");
    const goesOn = (at) => at >= 0 && lines[at].endsWith("\\") && isTyped(at);
    const isTyped = (at) => lines[at].startsWith("$ ") || goesOn(at - 1);
    const commands = lines.filter((_, at) => isTyped(at));
    return (commands.length ? commands : lines).map((line) => line.replace(/^\$ /, "")).join("\n");
  };
  for (const code of all(".highlight pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "book-copy";
    button.textContent = "Copy";
    // Each form of a citation has a name of its own; several blocks of code have none.
    const form = code.closest(".citation-form");
    const named = form?.closest("section").querySelector("h2")?.firstChild.textContent.trim();
    button.setAttribute("aria-label", `Copy ${named || "this code"}`);
    button.addEventListener("click", async () => {
      let said = "Copied";
      try { await copied(typed(code.textContent)); } catch (_) { said = "Not allowed"; }
      button.textContent = said;
      announce(said);
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
      button.focus();
    });
    code.before(button);
  }
  const announce = (text) => {
    let live = one("#book-said");
    if (!live) {
      live = document.createElement("div");
      live.id = "book-said";
      live.className = "book-unseen";
      live.setAttribute("role", "status");
      one("main").append(live);
    }
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };

  // --- Paper has no screen to come near: every figure is fetched ---
  addEventListener("beforeprint", () => all("img").forEach((image) => { image.loading = "eager"; }));

  // --- What scrolls sideways by itself can be reached by keyboard ---
  const reach = () => {
    for (const part of all("main div.math, main .highlight > pre, main .cell_output .output")) {
      if (part.scrollWidth > part.clientWidth + 1) {
        part.tabIndex = 0;
      } else if (part.tabIndex === 0) {
        part.removeAttribute("tabindex");
      }
    }
  };
  (window.requestIdleCallback || setTimeout)(reach);
  addEventListener("resize", reach);
  addEventListener("toggle", reach, true); // a fold that opens shows what is within
})();
