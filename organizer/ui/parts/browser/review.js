// The review: one suggestion at a time. An answer shows the next one at once, before the page's script has stored it;
// what it has not said to have done is kept out of sight here, and sent again if it got lost (actions.js).
const LOOK_MS = 1500;
const LEAD_S = 0.4; // a moment before the second that speaks for the tag

function buildReview(parentElement, acknowledged) {
  const root = element("div", "panel review");
  const page = { root, pending: new Map(), choosing: false, key: "", attached: null, going: false };
  page.queue = actionQueue(acknowledged, root);
  page.act = (action) => page.queue.act(action);
  page.start = element("div", "start-part");
  page.ask = element("div", "ask-part");
  buildAsk(page);
  root.append(page.start, page.ask);
  parentElement.append(root);
  listenToKeys(page, [
    { keys: ["Y"], run: () => page.answer("yes") },
    { keys: ["N"], run: () => page.answer("no") },
    { keys: ["L"], run: () => page.answer("later") },
    { keys: ["S"], run: () => page.answer("skip") },
    { keys: ["U"], run: () => page.undo() },
    { keys: ["Space", "K"], run: () => togglePlay(page) },
  ]);
  return page;
}

function keyed(words, key, run, kind) {
  const button = control(words, run, { kind, key: words });
  button.setAttribute("aria-keyshortcuts", key);
  button.append(withAttributes(element("kbd", "", key), { "aria-hidden": "true" }));
  return button;
}

function buildAsk(page) {
  const head = element("div", "ask-head");
  page.place = withAttributes(element("p", "place"), { role: "status", "aria-live": "polite" });
  page.bar = element("span", "bar-done");
  const bar = withAttributes(element("span", "bar"), { "aria-hidden": "true" });
  bar.append(page.bar);
  page.other = control("Other suggestions", () => { page.choosing = true; drawReview(page); }, { kind: "quiet", key: "other" });
  head.append(page.place, bar, page.other);

  const stage = element("div", "stage");
  page.video = withAttributes(element("video"), { playsinline: true, controls: true, loop: true, preload: "auto", "aria-label": "The video" });
  page.video.muted = true;
  page.still = element("img", "still");
  page.still.alt = "";
  page.trouble = element("p", "trouble");
  stage.append(page.video, page.still, page.trouble);
  page.stage = stage;

  page.seconds = element("div", "seconds");
  page.tag = element("h1", "tag-asked");
  page.sure = element("span", "sure");
  const question = element("div", "question");
  question.append(page.tag, page.sure);
  page.about = element("p", "about note");
  page.name = element("a", "link");
  page.facts = element("span");
  page.about.append(page.name, page.facts);
  const words = element("div", "words-part");
  words.append(question, page.seconds, page.about);

  const answers = element("div", "answers");
  page.no = keyed("No", "N", () => page.answer("no"), "answer no");
  page.later = keyed("Later", "L", () => page.answer("later"), "answer");
  page.yes = keyed("Yes", "Y", () => page.answer("yes"), "answer primary");
  answers.append(page.no, page.later, page.yes);
  const more = element("div", "more-answers");
  page.skip = keyed("Skip the rest like this", "S", () => page.answer("skip"), "quiet");
  page.back = keyed("Undo", "U", () => page.undo(), "quiet");
  more.append(page.skip, page.back);
  const foot = element("div", "answer-part");
  foot.append(answers, more);

  page.precision = element("p", "precision");
  page.learnt = withAttributes(element("p", "learnt note"), { role: "status", "aria-live": "polite" });
  page.passed = element("p", "note");
  const said = element("div", "said-part");
  said.append(page.precision, page.learnt, page.passed);
  page.ask.append(head, stage, words, foot, said);

  page.answer = (action) => {
    const item = page.item;
    if (!item || page.busy || page.ask.hidden) return;
    const number = page.act({ action, review: page.data.review.id, position: item.position });
    page.pending.set(item.position, { number, action });
    // Which others look like it, the library knows alone.
    if (action === "skip") page.busy = true;
    drawReview(page);
  };
  page.undo = () => {
    if (page.busy || !page.data.review || page.back.disabled) return;
    page.busy = true;
    page.choosing = false;
    page.act({ action: "undo", review: page.data.review.id });
    drawReview(page);
  };
}

function togglePlay(page) {
  if (page.ask.hidden || page.video.hidden) return;
  if (page.video.paused) page.video.play().catch(() => {});
  else page.video.pause();
}

function letGo(page) {
  page.attached?.detach();
  page.attached = null;
  page.key = "";
}

function showItem(page, item) {
  const shown = item.key + " " + item.position;
  if (page.key === shown) return;
  letGo(page);
  page.key = shown;
  page.trouble.textContent = "";
  page.stage.style.setProperty("--aspect", item.aspect || 16 / 9);
  page.video.hidden = !item.playable;
  page.still.hidden = item.playable;
  for (const [node, name] of [[page.video, "poster"], [page.still, "src"]]) {
    if (item.poster) node.setAttribute(name, item.poster);
    else node.removeAttribute(name);
  }
  page.tag.textContent = item.tag + "?";
  page.sure.textContent = item.sure;
  page.sure.title = item.sure && "How probable it is, by the model or what you taught";
  page.name.textContent = item.title;
  page.name.href = item.link;
  page.name.target = "_blank";
  page.facts.textContent = item.facts ? " \u00b7 " + item.facts : "";
  const first = item.seconds[0]?.second;
  page.seconds.replaceChildren();
  page.seconds.hidden = !item.seconds.length || !item.playable;
  if (!page.seconds.hidden) {
    page.seconds.append(element("span", "note", "Seen at"));
    for (const { second, words } of item.seconds) {
      page.seconds.append(control(words, () => playFrom(page, second), { kind: "second", label: `Play from ${words}` }));
    }
  }
  if (!item.playable) return;
  page.attached = attachVideo(page.video, { key: item.key, mode: item.mode, onProblem: (words) => {
    if (page.key === shown) page.trouble.textContent = words;
  } });
  const begin = () => {
    if (page.key !== shown) return;
    if (first) page.video.currentTime = Math.max(0, first - LEAD_S);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) page.video.play().catch(() => {});
  };
  page.video.addEventListener("loadedmetadata", begin, { once: true });
}

function playFrom(page, second) {
  page.video.currentTime = Math.max(0, second - LEAD_S);
  page.video.play().catch(() => {});
}

// Posters of those that come next are here before they are asked about.
function preload(page, items) {
  page.preloaded = items.filter((item) => item.poster).map((item) => Object.assign(new Image(), { src: item.poster }));
}

// While it asks, what is said in passing is shown in another place (theme.py, toasts.css).
function markAsking(page, asks) {
  const { dataset, style } = document.documentElement;
  if (!asks) {
    delete dataset.organizerAsks;
    return;
  }
  dataset.organizerAsks = "";
  style.setProperty("--organizer-asks-top", page.ask.getBoundingClientRect().top + "px");
}

function drawReview(page) {
  const { data } = page;
  const { review } = data;
  const left = data.items.filter((item) => !page.pending.has(item.position));
  page.item = left[0];
  // What is put off is left, and has the number that it comes to.
  const settling = [...page.pending.values()].filter(({ action }) => action !== "later").length;
  const settled = review ? review.left - settling : 0;
  // Until a new list is there, the one before is not asked about any more.
  const asks = Boolean(review && !page.choosing && !page.beginning && (page.item || (settled > 0 && data.items.length)));
  page.ask.hidden = !asks;
  page.start.hidden = asks;
  markAsking(page, asks);
  for (const button of [page.yes, page.no, page.later, page.skip]) button.disabled = !page.item || Boolean(page.busy);
  page.back.disabled = Boolean(page.busy) || !(review?.can_undo || page.pending.size);
  page.ask.classList.toggle("busy", Boolean(page.busy) || !page.item);
  if (!asks) {
    letGo(page);
    drawStart(page);
    return;
  }
  const number = Math.min(review.total, review.number + settling);
  page.place.textContent = `${number.toLocaleString("en")} of ${review.total.toLocaleString("en")}`;
  page.bar.style.width = `${(100 * (number - 1)) / Math.max(1, review.total)}%`;
  if (page.item) {
    showItem(page, page.item);
    page.precision.textContent = review.precision[page.item.tag] || "";
  }
  page.learnt.textContent = data.problem ? "It was not learnt again: " + data.problem : review.learnt.join(" \u00b7 ");
  page.passed.textContent = review.passed ? review.passed[0].toUpperCase() + review.passed.slice(1) + "." : "";
  preload(page, left.slice(1, 6));
}

function askToEnd(page, review, run) {
  openDialog(page, "Begin another review?", (body, close) => {
    body.append(element("p", "", `This ends ${review.left_words}. What you answered stays.`));
    body.append(dialogFoot(
      control("Go on with the last", () => {
        close();
        page.choosing = false;
        drawReview(page);
      }),
      control("Begin another", () => {
        close();
        run();
      }, { kind: "primary" }),
    ));
  });
}

function drawStart(page) {
  const { data } = page;
  const { review } = data;
  const text = JSON.stringify([data, page.choosing, page.busy, page.beginning]);
  if (page.drawnStart === text) return;
  page.drawnStart = text;
  const parts = [];
  const head = element("div", "page-head");
  const names = element("div");
  const ended = review && !review.left && !page.choosing;
  names.append(element("h1", "", ended ? `All ${review.total.toLocaleString("en")} are done` : "Review"));
  names.append(element("p", "note", "Suggestions that nobody decided about, one by one, the most telling first. One key answers."));
  head.append(names);
  if (page.choosing && review?.left) names.append(element("p", "note", `There is ${review.left_words}.`));
  if (page.choosing && review?.left) head.append(control("Go on with the last", () => { page.choosing = false; drawReview(page); }, { kind: "primary", key: "go on" }));
  else if (ended && review.can_undo) head.append(control("Undo the last answer", () => page.undo(), { key: "undo" }));
  parts.push(head);
  if (ended) {
    const lines = [...Object.values(review.precision), ...review.learnt, data.learning ? "Learning from your answers\u2026" : ""].filter(Boolean);
    if (review.passed) lines.push(review.passed[0].toUpperCase() + review.passed.slice(1) + ".");
    const list = element("ul", "rows outcome");
    list.append(...lines.map((line) => element("li", "", line)));
    if (lines.length) parts.push(list);
  }
  if (!data.choices.length) {
    parts.push(element("p", "empty", "Nothing waits for an answer. Teach a tag, or scan more videos, and what is suggested comes here."));
    page.start.replaceChildren(...parts);
    return;
  }
  const all = data.choices.reduce((sum, choice) => sum + choice.waiting, 0);
  const beginNow = (tag) => {
    page.beginning = true;
    page.choosing = false;
    page.act({ action: "begin", tag });
    drawReview(page);
  };
  // There is one review at a time; where nothing was said in it, nothing is lost.
  const begin = (tag) => (review?.underway ? askToEnd(page, review, () => beginNow(tag)) : beginNow(tag));
  const section = panelSection("What waits for an answer", "", control(`Begin with all ${all.toLocaleString("en")}`, () => begin(""), { kind: ended || !review?.left ? "primary" : "", key: "begin", disabled: Boolean(page.beginning) }));
  const rows = element("ul", "rows");
  for (const choice of data.choices) {
    const row = element("li");
    const grow = element("div", "grow");
    grow.append(element("span", "name", choice.words));
    row.append(grow, element("span", "number note", counted(choice.waiting, "suggestion")), control("Begin", () => begin(choice.name), { key: "begin " + choice.name, label: `Begin with ${choice.words}`, disabled: Boolean(page.beginning) }));
    rows.append(row);
  }
  section.append(rows);
  parts.push(section);
  page.start.replaceChildren(...parts);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let page = parentElement.organizerReview;
  if (!page || !page.root.isConnected) page = parentElement.organizerReview = buildReview(parentElement, data.acknowledged);
  page.queue.send = (sent) => setTriggerValue("act", sent);
  page.queue.acknowledge(data.acknowledged);
  for (const [position, { number }] of page.pending) if (number <= data.acknowledged) page.pending.delete(position);
  if (!page.queue.pending.length) page.busy = page.beginning = false;
  page.data = data;
  drawReview(page);
  clearTimeout(page.looks);
  // What is learnt meanwhile is told when it is there.
  if (data.learning) page.looks = setTimeout(() => page.root.isConnected && !page.queue.pending.length && page.act({ action: "look" }), LOOK_MS);
  return () => setTimeout(() => {
    if (page.root.isConnected) return;
    letGo(page);
    markAsking(page, false);
  });
}
