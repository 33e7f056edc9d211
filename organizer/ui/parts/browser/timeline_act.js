// What is done to the selected videos: sent to the page's script, and shown at once.

function act(timeline, action, value) {
  const { spans, store } = timeline;
  const pairs = spans.pairs.map(([first, end]) => [first, end]);
  timeline.queue.act({ action, value, version: store.version, spans: pairs });
  showAtOnce(store, pairs, action, value);
  spansClear(spans);
  selected(timeline);
  if (timeline.focused !== null) cellOf(timeline, timeline.focused)?.focus({ preventScroll: true });
}

// What a card will look like is shown before the server has said so.
function showAtOnce(store, pairs, action, value) {
  const change = {
    confirm: (card) => ({
      ...card, tags: [...card.tags.filter(({ name }) => name !== value), { name: value, confirmed: true, maybe: false, score: "" }],
    }),
    reject: (card) => ({ ...card, tags: card.tags.filter(({ name }) => name !== value) }),
    favourite: (card) => ({ ...card, favourite: value }),
    hide: (card) => ({ ...card, hidden: value }),
    rate: (card) => ({ ...card, rating: value }),
  }[action];
  if (!change) return;
  for (const [number, part] of store.parts) {
    store.parts.set(number, part.map((card, place) => {
      const index = number * PART + place;
      return card && pairs.some(([first, end]) => first <= index && index < end) ? change(card) : card;
    }));
  }
}

// What was done is done: the list as it is now. Not under the hand of somebody who selects others already; they see
// what became of the cards, and the list when they are through.
function showDone(timeline) {
  timeline.owed = timeline.spans.pairs.length > 0;
  if (timeline.owed) makeStale(timeline.store, timeline.store.stamp);
  else refresh(timeline);
}
