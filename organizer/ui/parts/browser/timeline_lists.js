// Gets the list of an address, and hears whether there is more of it meanwhile.

// Says, to whoever does not see it too, that what is shown is about to be another list.
function busy(timeline, is) {
  timeline.grid.setAttribute("aria-busy", String(is));
}

// Gets the list of an address. "place": where to be in it; none is its beginning.
async function load(timeline, address, place) {
  timeline.loading?.abort();
  const loading = (timeline.loading = Object.assign(new AbortController(), { address }));
  busy(timeline, true);
  const wanted = place || { index: 0, key: null, offset: 0, scroll: null };
  const near = (list) => {
    const layout = makeLayout(list.months, timeline.grid.clientWidth || timeline.root.clientWidth);
    const index = Math.max(0, Math.min(list.at ?? wanted.index, list.count - 1));
    if (!list.count) return [0, 0];
    const top = wanted.scroll === null || wanted.scroll === undefined ? placeOf(layout, index).top - wanted.offset : 0;
    const lines = linesBetween(layout, top, top + timeline.scroller.clientHeight).filter(({ line }) => line >= 0);
    return lines.length ? [lines[0].first, lines[lines.length - 1].first + lines[lines.length - 1].count] : [0, 0];
  };
  let answer;
  try {
    answer = await askList(address, { anchor: wanted.key, near: wanted.index, seen: near }, loading.signal);
  } catch (problem) {
    if (problem.name === "AbortError" || timeline.loading !== loading) return;
    timeline.loading = null;
    busy(timeline, false);
    if (timeline.store.version === null) showNote(timeline, "The list of videos did not come.", "Try again", () => load(timeline, address, place));
    return;
  }
  if (timeline.loading !== loading || !timeline.root.isConnected) return;
  timeline.loading = null;
  busy(timeline, false);
  const { list, parts } = answer;
  const focus = timeline.focused === null ? null : cardAt(timeline.store, timeline.focused)?.key;
  const hadFocus = timeline.focused !== null && timeline.grid.contains(timeline.root.getRootNode().activeElement);
  const elsewhere = timeline.store.address !== address;
  if (!elsewhere && timeline.spans.pairs.length) {
    // Somebody began to select meanwhile, in the list that they see: it is shown when they are through.
    timeline.owed = true;
    return;
  }
  storeList(timeline.store, address, list, parts);
  timeline.found = 0;
  spansClear(timeline.spans);
  timeline.focused = elsewhere ? null : placeOfKey(timeline, focus, timeline.focused);
  fit(timeline, list.months);
  showCount(timeline);
  if (list.count && place) settle(timeline, wanted, list.at ?? wanted.index);
  selected(timeline);
  if (hadFocus && timeline.focused !== null) cellOf(timeline, timeline.focused)?.focus({ preventScroll: true });
  timeline.root.dataset.version = list.version;
}

// Shows the list of what stands in the search box, unless it is shown, or on its way.
function loadTyped(timeline, address) {
  const { loading, store } = timeline;
  if ((loading?.address ?? store.address) === address) return;
  if (store.address !== address) {
    load(timeline, address).then(() => toTop(timeline));
    return;
  }
  // Typed and taken back meanwhile: what is on its way is wanted no more.
  loading.abort();
  timeline.loading = null;
  busy(timeline, false);
}

function placeOfKey(timeline, key, before) {
  if (before === null || !timeline.store.count) return null;
  for (const [number, part] of timeline.store.parts) {
    const at = part.findIndex((card) => card && card.key === key);
    if (key && at >= 0) return number * PART + at;
  }
  return Math.min(before, timeline.store.count - 1);
}

// The same list as it is now; what is seen stays where it is.
function refresh(timeline) {
  if (timeline.store.version === null) return Promise.resolve();
  const { top } = seen(timeline);
  const first = firstSeen(timeline, top);
  const index = first ? first.first : 0;
  return load(timeline, timeline.store.address, {
    index, key: cardAt(timeline.store, index)?.key || null, offset: first ? first.top - top : 0,
    scroll: top < timeline.layout.line / 2 ? timeline.scroller.scrollTop : null,
  });
}

function showCount(timeline) {
  const { count } = timeline.store;
  const words = count.toLocaleString("en") + (count === 1 ? " video" : " videos");
  window.dispatchEvent(new CustomEvent("organizer-count", { detail: { words } }));
  timeline.note.hidden = true;
  if (!count) showNote(timeline, "No video fits this search.");
}

function showNote(timeline, words, label, run) {
  timeline.note.replaceChildren(element("p", "", words));
  if (label) {
    const button = element("button", "plain", label);
    button.type = "button";
    button.addEventListener("click", run);
    timeline.note.append(button);
  }
  timeline.note.hidden = false;
}

// Asks now and then whether there is more: the list stays, and a button says how much came.
async function look(timeline) {
  if (!timeline.root.isConnected) {
    timeline.end();
    return;
  }
  const { store } = timeline;
  if (document.visibilityState !== "visible" || store.version === null || timeline.loading || timeline.asking) return;
  timeline.asking = true;
  try {
    const parameters = new URLSearchParams(store.address);
    parameters.set("since", store.version);
    const { version } = store;
    const answer = await ask("months", parameters);
    if (store.version !== version) return;
    if (answer.version === null) {
      if (!timeline.spans.pairs.length) await refresh(timeline);
      return;
    }
    if (answer.stamp !== store.stamp) makeStale(store, answer.stamp);
    timeline.found = answer.new;
    drawNews(timeline);
  } catch {
    // The server ended; the page says so elsewhere.
  } finally {
    timeline.asking = false;
  }
}

function drawNews(timeline) {
  const { found } = timeline;
  timeline.news.hidden = !found || timeline.spans.pairs.length > 0;
  if (found) timeline.news.textContent = found.toLocaleString("en") + " new";
}
