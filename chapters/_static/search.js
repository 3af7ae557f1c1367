// Searches the sections of the book (search-index.js) in the page, without a server.
(() => {
  "use strict";
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  // Words that differ only in their endings, or in s and z, count as the same.
  const stem = (word) => {
    const same = word.replace(/iz(e|i|a)/g, "is$1");
    const short = same.replace(/(isations?|isings?|ised|ises?|ations?|ings?|ies|ed|es|s|e|y)$/, "");
    return short.length > 2 ? short : same;
  };
  // The last word may still be being typed; one that has its ending stands for itself.
  const meant = (word, want, typing) => (each) => each === want
    || (typing && word.length > 1 && want.length > word.length - 2 && each.startsWith(want));
  const words = (text) => plain(text).match(/[\p{L}\p{N}]+(?:[.'’-][\p{L}\p{N}]+)*/gu) || [];

  let sections;
  const prepared = () => {
    sections ??= window.bookSections.map(([address, page, heading, text]) => ({
      address, page, heading, text,
      name: called(words(heading)),
      title: words(`${page} ${heading}`).map(stem),
      found: words(text).map(stem),
    }));
    return sections;
  };

  const fitting = (asked) => asked.map((word, at) => meant(word, stem(word), at === asked.length - 1));
  const called = (asked) => asked.map(stem).join(" ");

  const results = (asked) => {
    if (!asked.length) return [];
    const wanted = fitting(asked);
    const name = called(asked);
    const scored = [];
    for (const section of prepared()) {
      let score = 0;
      for (const fits of wanted) {
        const inTitle = section.title.filter(fits).length;
        const inText = section.found.filter(fits).length;
        if (!inTitle && !inText) { score = 0; break; }
        score += inTitle * 12 + Math.min(inText, 8) + (section.heading ? 0 : inTitle * 4);
      }
      // What is called by just these words is what was asked for.
      if (score && section.name && section.name === name) score += 100;
      if (score) scored.push([score, section]);
    }
    return scored.sort((a, b) => b[0] - a[0]).map(([, section]) => section);
  };

  const marked = (text, asked) => {
    const line = document.createElement("span");
    const wanted = fitting(asked);
    let at = 0;
    for (const found of text.matchAll(/[\p{L}\p{N}]+(?:[.'’-][\p{L}\p{N}]+)*/gu)) {
      const each = stem(plain(found[0]));
      if (!wanted.some((fits) => fits(each))) continue;
      const mark = document.createElement("mark");
      mark.textContent = found[0];
      line.append(text.slice(at, found.index), mark);
      at = found.index + found[0].length;
    }
    line.append(text.slice(at));
    return line;
  };

  const excerpt = (text, asked) => {
    const wanted = fitting(asked);
    let begin = 0;
    for (const found of text.matchAll(/[\p{L}\p{N}]+/gu)) {
      if (wanted.some((fits) => fits(stem(plain(found[0]))))) {
        begin = Math.max(0, text.lastIndexOf(" ", Math.max(found.index - 70, 0)));
        break;
      }
    }
    const rest = text.slice(begin).trim();
    const end = rest.length > 220 ? rest.lastIndexOf(" ", 200) : rest.length;
    return `${begin ? "… " : ""}${rest.slice(0, end)}${end < rest.length ? " …" : ""}`;
  };

  window.bookSearch = (place, toRoot) => {
    const [input, status, list] = ["input", "p", "ol"].map((name) => place.querySelector(name));
    const update = () => {
      const asked = words(input.value);
      const found = results(asked);
      const shown = found.slice(0, 30);
      list.replaceChildren(...shown.map((section) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = toRoot + section.address;
        link.append(section.heading ? `${section.page}: ${section.heading}` : section.page);
        const text = document.createElement("p");
        text.append(marked(excerpt(section.text, asked), asked));
        item.append(link, text);
        return item;
      }));
      const many = found.length > shown.length ? `; the first ${shown.length} are shown` : "";
      status.textContent = !input.value.trim() ? "" : !found.length ? "Nothing was found. Try other words, or fewer."
        : `${found.length} ${found.length === 1 ? "section" : "sections"}${many}.`;
    };
    input.addEventListener("input", update);
    list.addEventListener("click", (event) => {
      if (event.target.closest("a")) place.closest("dialog")?.close();
    });
    // Enter opens the best result; the arrows walk through them.
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") list.querySelector("a")?.click();
    });
    place.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      const stops = [input, ...list.querySelectorAll("a")];
      const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      stops[Math.min(Math.max(at, 0), stops.length - 1)].focus();
    });
    update();
  };
})();
