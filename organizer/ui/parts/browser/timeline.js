// The timeline: all videos of a list as one page that scrolls, of which only the part that is seen is built.
const LOOKS_MS = 5000;

function build(parent) {
  const root = element("div", "timeline");
  const news = element("button", "news");
  news.type = "button";
  news.hidden = true;
  const grid = element("div", "grid");
  for (const [name, value] of [["role", "grid"], ["aria-label", "Videos"], ["aria-multiselectable", "true"]]) {
    grid.setAttribute(name, value);
  }
  const note = element("div", "note");
  note.hidden = true;
  const place = element("div", "news-place");
  place.append(news);
  root.append(place, note, grid);
  parent.append(root);
  const timeline = {
    root, news, note, grid, lines: new Map(), spans: makeSpans(), layout: makeLayout([], 1000),
    focused: null, names: [], actions: [], acknowledged: 0, strips: makeStrips(), typed: [], send: () => {},
  };
  timeline.store = makeStore(() => render(timeline), () => refresh(timeline));
  Object.assign(timeline, {
    act: (action, value) => act(timeline, action, value),
    clear: () => (spansClear(timeline.spans), selected(timeline)),
    selectAll: () => (spansClear(timeline.spans), spansAdd(timeline.spans, 0, timeline.store.count), selected(timeline)),
    selected: () => selected(timeline),
    open: (index) => open(timeline, index),
    focusOn: (index) => focusOn(timeline, index),
    seenHeight: () => timeline.scroller.clientHeight,
  });
  timeline.bar = makeBar(timeline);
  timeline.rail = makeRail((top) => scrollTo(timeline, top));
  root.append(timeline.rail.node, timeline.bar.node);
  return timeline;
}

function selected(timeline) {
  timeline.root.classList.toggle("selecting", timeline.spans.pairs.length > 0);
  drawBar(timeline.bar);
  drawNews(timeline);
  render(timeline);
  if (timeline.owed && !timeline.spans.pairs.length) showDone(timeline);
}

function open(timeline, index) {
  const card = cardAt(timeline.store, index);
  if (!card) return;
  timeline.focused = index;
  rememberPlace(timeline, index);
  // What comes in its place begins at its top; that is no place in this list.
  timeline.left = true;
  timeline.send("open", { key: card.key, version: timeline.store.version });
}

function clickOn(timeline, event) {
  const cell = event.target.closest?.(".card");
  if (!cell || !cell.dataset.key) return;
  if (timeline.pressed) {
    // The end of a long press, which has selected it.
    timeline.pressed = false;
    event.preventDefault();
    return;
  }
  const onMark = event.target.closest(".mark");
  if (event.shiftKey || onMark || event.ctrlKey || event.metaKey || timeline.spans.pairs.length) {
    event.preventDefault();
    timeline.focused = cell.index;
    if (event.shiftKey && timeline.spans.anchor !== null) spansReach(timeline.spans, cell.index);
    else spansToggle(timeline.spans, cell.index);
    selected(timeline);
    cell.focus({ preventScroll: true });
  } else if (event.button === 0) {
    event.preventDefault();
    open(timeline, cell.index);
  }
}

function listen(timeline) {
  const { grid, root, scroller } = timeline;
  let frame = 0;
  let saving = 0;
  const onScroll = () => {
    timeline.moved = true;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      render(timeline);
      timeline.moved = false;
    });
    clearTimeout(saving);
    saving = setTimeout(() => rememberPlace(timeline), 150);
  };
  const remember = () => rememberPlace(timeline);
  for (const name of ["wheel", "pointerdown", "keydown"]) {
    root.addEventListener(name, () => (timeline.left = false), { capture: true, passive: true });
  }
  const live = (event) => {
    if (!root.isConnected) return;
    timeline.wentBack = false;
    const parameters = new URLSearchParams(timeline.address);
    if (event.detail.text) parameters.set("q", event.detail.text);
    else parameters.delete("q");
    const address = String(parameters);
    clearTimeout(timeline.typing);
    timeline.typed.push(address);
    busy(timeline, Boolean(timeline.loading) || timeline.store.address !== address);
    timeline.typing = setTimeout(() => loadTyped(timeline, address), 60);
  };
  const back = () => {
    timeline.wentBack = true;
  };
  const sized = () => place(timeline);
  scroller.addEventListener("scroll", onScroll, { passive: true });
  window.addEventListener("pagehide", remember);
  window.addEventListener("organizer-query", live);
  window.addEventListener("popstate", back);
  window.addEventListener("resize", sized);
  const watch = new ResizeObserver(() => {
    place(timeline);
    const width = grid.clientWidth;
    if (!width || width === timeline.layout.width || timeline.store.version === null) return;
    const first = firstSeen(timeline, seen(timeline).top);
    const offset = first ? first.top - seen(timeline).top : 0;
    fit(timeline, timeline.store.months);
    if (first && seen(timeline).top > 0) scrollTo(timeline, placeOf(timeline.layout, first.first).top - offset);
    else render(timeline);
  });
  watch.observe(root);
  watch.observe(scroller);
  timeline.looking = setInterval(() => look(timeline), LOOKS_MS);
  grid.addEventListener("click", (event) => clickOn(timeline, event));
  listenToPresses(timeline);
  grid.addEventListener("keydown", (event) => keyOn(timeline, event));
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest(".card");
    if (cell) timeline.focused = cell.index;
  });
  grid.addEventListener("focusout", (event) => {
    if (timeline.drawing) return;
    if (!grid.contains(event.relatedTarget) && !timeline.bar.node.contains(event.relatedTarget)) timeline.focused = null;
  });
  timeline.news.addEventListener("click", () => refresh(timeline));
  listenToStrips(timeline.strips, grid);
  return () => {
    dropStrips(timeline.strips);
    makeRoom(timeline.bar);
    clearInterval(timeline.looking);
    watch.disconnect();
    scroller.removeEventListener("scroll", onScroll);
    window.removeEventListener("pagehide", remember);
    window.removeEventListener("organizer-query", live);
    window.removeEventListener("popstate", back);
    window.removeEventListener("resize", sized);
  };
}

// Whether an address answers an earlier search than the one that was typed last, which is shown already.
function isOvertaken(timeline, address) {
  const { typed, store } = timeline;
  const at = typed.lastIndexOf(address);
  const overtaken = at >= 0 && at < typed.length - 1;
  timeline.typed = overtaken ? typed.slice(at + 1) : [];
  return overtaken && store.address === typed.at(-1);
}

function toTop(timeline) {
  const { top } = seen(timeline);
  if (top > 0) scrollTo(timeline, 0);
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let timeline = parentElement.organizerTimeline;
  const fresh = !timeline || !timeline.root.isConnected;
  if (fresh) {
    timeline = parentElement.organizerTimeline = build(parentElement);
    timeline.scroller = scrollerOf(timeline.root);
    timeline.acknowledged = data.acknowledged;
    timeline.queue = actionQueue(data.acknowledged, timeline.root);
    timeline.end = listen(timeline);
    place(timeline);
  }
  timeline.send = setTriggerValue;
  timeline.names = data.names;
  timeline.actions = data.actions;
  timeline.queue.send = (sent) => setTriggerValue("act", sent);
  timeline.queue.acknowledge(data.acknowledged);
  const done = data.acknowledged > timeline.acknowledged;
  if (done && data.download && data.download.number > timeline.acknowledged) {
    const link = element("a");
    link.href = data.download.address;
    link.download = "";
    link.click();
  }
  timeline.acknowledged = data.acknowledged;
  if (data.address !== timeline.address) {
    timeline.address = data.address;
    const back = fresh || timeline.wentBack;
    timeline.wentBack = false;
    const kept = back ? keptPlace(data.address) : null;
    const overtaken = isOvertaken(timeline, data.address);
    if (timeline.store.address !== data.address && (back || !overtaken)) {
      load(timeline, data.address, kept).then(() => {
        if (!kept) {
          if (!fresh) toTop(timeline);
        } else if (fresh && kept.focus) {
          const index = placeOfKey(timeline, kept.focus.key, kept.focus.index);
          if (index !== null && document.activeElement === document.body) {
            timeline.focused = index;
            render(timeline);
            cellOf(timeline, index)?.focus({ preventScroll: true });
          }
        }
      });
    }
  } else if (done) showDone(timeline);
}
