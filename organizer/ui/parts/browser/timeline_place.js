// Where a person was in a list, by the list's address: kept for Back and for a reload of this tab.
const PLACES = "organizer-places";
const MOST_PLACES = 40;
const SETTLES_MS = 1500;

function readPlaces() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(PLACES) || "[]"));
  } catch {
    return new Map();
  }
}

function keptPlace(address) {
  return readPlaces().get(address) || null;
}

// "place": the key and index of the first card that is seen, how far from the top of the page it stands, and which
// card has the focus.
function keepPlace(address, place) {
  const places = readPlaces();
  places.delete(address);
  places.set(address, place);
  for (const oldest of places.keys()) {
    if (places.size <= MOST_PLACES) break;
    places.delete(oldest);
  }
  try {
    sessionStorage.setItem(PLACES, JSON.stringify([...places]));
  } catch {
    // Storage is full or forbidden: then nothing is kept.
  }
}

// What scrolls the page: the nearest ancestor that does, through the edges of shadow trees.
function scrollerOf(node) {
  for (let at = node; at; at = at.parentElement || at.getRootNode().host) {
    if (at === node) continue;
    const flow = getComputedStyle(at).overflowY;
    if ((flow === "auto" || flow === "scroll") && at.tagName !== "BODY") return at;
  }
  return document.scrollingElement;
}

function rememberPlace(timeline, focus = timeline.focused) {
  const { store, layout } = timeline;
  if (store.version === null || timeline.settling || timeline.left || !layout.count) return;
  // Hidden, for another view is drawn already, or gone.
  if (!timeline.grid.getClientRects().length) return;
  const { top } = seen(timeline);
  const first = firstSeen(timeline, top);
  const index = first ? first.first : 0;
  keepPlace(store.address, {
    index, key: cardAt(store, index)?.key || null, offset: first ? first.top - top : 0,
    scroll: top < layout.line / 2 ? timeline.scroller.scrollTop : null,
    focus: focus === null || focus === undefined ? null : { index: focus, key: cardAt(store, focus)?.key || null },
  });
}

// Brings a card to where it stood, and holds it there while the parts of the page above are drawn.
function settle(timeline, place, index) {
  const until = performance.now() + SETTLES_MS;
  const mine = (timeline.settling = {});
  const end = () => {
    if (timeline.settling === mine) timeline.settling = null;
    for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) window.removeEventListener(name, end, true);
  };
  for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) window.addEventListener(name, end, true);
  const hold = () => {
    if (timeline.settling !== mine || !timeline.root.isConnected) return end();
    if (place.scroll !== null && place.scroll !== undefined) {
      if (Math.abs(timeline.scroller.scrollTop - place.scroll) > 1) timeline.scroller.scrollTop = place.scroll;
    } else {
      const off = placeOf(timeline.layout, Math.min(index, timeline.layout.count - 1)).top - place.offset - seen(timeline).top;
      if (Math.abs(off) > 1) timeline.scroller.scrollTop += off;
    }
    render(timeline);
    if (performance.now() < until) requestAnimationFrame(hold);
    else end();
  };
  hold();
}
