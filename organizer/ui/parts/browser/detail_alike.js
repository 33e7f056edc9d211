// "More like this": videos that are like this one, or like the second at which the player stands. Asked for when
// somebody wants to see it; what was found is there again when one comes back to a video.
const ASK_AGAIN_MS = 700;
const MOST_KEPT = 40;

function alikeCard(page, card) {
  const item = element("li");
  const link = element("a", "alike-card");
  const address = new URL(location.href);
  address.searchParams.set("video", card.key);
  link.href = address.search;
  link.title = card.words;
  const frame = element("span", "alike-picture");
  if (card.poster) {
    const image = element("img");
    image.alt = "";
    image.decoding = "async";
    image.src = card.poster;
    frame.append(image);
  } else {
    frame.append(element("span", "alike-none", card.status || "No picture"));
  }
  frame.append(element("span", "alike-second", "\u25b6 " + clock(card.their_second)));
  // As on other cards: the date says more than a camera's name.
  const dateFirst = card.date && !card.named;
  const first = element("span", "alike-first", dateFirst ? card.date : card.title);
  const second = element("span", "alike-then", dateFirst ? card.title : card.date || card.status);
  link.append(frame, first, second, element("span", "unseen", card.words));
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    page.open(card, card.their_second);
  });
  item.append(link);
  return item;
}

function choice(words, keys, run) {
  const node = element("button", "quiet-button");
  node.type = "button";
  node.append(element("span", "", words));
  node.title = words + " (" + keys + ")";
  node.setAttribute("aria-pressed", "false");
  node.addEventListener("click", run);
  return node;
}

function alikePart(page) {
  const root = element("section", "alike");
  root.setAttribute("aria-label", "More like this");
  const head = element("div", "alike-head");
  const whole = choice("This video", "S", () => alike.find("video"));
  const one = choice("This second", "Shift+S", () => alike.find("second"));
  head.append(element("h2", "", "More like this"), whole, one);
  const note = element("p", "alike-note");
  note.setAttribute("role", "status");
  const list = element("ul", "alike-cards");
  const told = element("p", "unseen");
  told.setAttribute("role", "status");
  root.append(head, note, told, list);
  const kept = new Map();
  const alike = { root, asking: null, key: "" };

  const draw = (found) => {
    const second = found?.second ?? null;
    whole.setAttribute("aria-pressed", String(Boolean(found) && second === null));
    one.setAttribute("aria-pressed", String(second !== null));
    const like = second === null ? "" : "Like " + clock(second) + " of this video.";
    note.textContent = found ? [found.waiting || like, found.answer?.note].filter(Boolean).join(" ") : "";
    const count = found?.answer?.cards.length;
    told.textContent = count ? count + (count === 1 ? " video is" : " videos are") + " like it" : "";
    list.replaceChildren(...(found?.answer?.cards ?? []).map((card) => alikeCard(page, card)));
  };

  const look = async (found, signal) => {
    const parameters = found.second === null ? {} : { second: found.second };
    for (;;) {
      const answer = await ask("similar/" + encodeURIComponent(found.key), parameters, signal);
      if (!answer.preparing) return answer;
      const { done, total } = answer.preparing;
      found.waiting = total
        ? "Comparing for the first time: " + done.toLocaleString("en") + " of " + total.toLocaleString("en") + " videos\u2026"
        : "Looking\u2026";
      draw(found);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      signal.throwIfAborted();
    }
  };

  alike.find = async (what) => {
    if (page.going || !page.data) return;
    alike.asking?.abort();
    const { signal } = (alike.asking = new AbortController());
    const second = what === "second" ? Math.floor(page.player.video.currentTime || 0) : null;
    const found = { key: page.data.key, second, waiting: "Looking\u2026", answer: null };
    draw(found);
    try {
      const answer = await look(found, signal);
      Object.assign(found, { answer, waiting: "" });
      kept.delete(found.key);
      kept.set(found.key, found);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
    } catch (error) {
      if (error.name === "AbortError") return;
      found.waiting = "The answer did not come. Try again.";
    }
    if (alike.key === found.key) {
      draw(found);
      // On a phone what was found does not fit beside anything else.
      const narrow = matchMedia("(max-width: 640px)").matches;
      root.scrollIntoView({ block: narrow ? "start" : "nearest", behavior: "smooth" });
    }
  };

  alike.show = (data) => {
    if (alike.key === data.key) return;
    alike.asking?.abort();
    alike.key = data.key;
    draw(kept.get(data.key));
  };
  return alike;
}
