// What a person keeps of the video itself: favourite, stars, hidden. It shows at once, and the page's script puts it right.
const MOST_STARS = 5;

function ownMarks(page) {
  const heart = drawnButton("control heart", "heart", "Favourite", "H");
  const hide = wordsButton("hide", "Hide", () => marked.toggle("hidden"));
  const stars = element("div", "stars");
  stars.setAttribute("role", "group");
  stars.setAttribute("aria-label", "Your rating");
  const each = Array.from({ length: MOST_STARS }, (_, at) => {
    const words = at ? at + 1 + " stars" : "1 star";
    const node = drawnButton("one-star", "star", words);
    // The same once more takes the rating away.
    node.addEventListener("click", (event) => {
      if (event.detail < 2) marked.set({ rating: marked.now.rating === at + 1 ? 0 : at + 1 });
    });
    return node;
  });
  stars.append(element("span", "", "Your rating"), ...each);
  const marked = { heart, hide, stars, now: {}, meanwhile: [] };

  marked.show = (data) => {
    if (marked.key !== data.key) marked.meanwhile = [];
    marked.key = data.key;
    marked.meanwhile = marked.meanwhile.filter((change) => change.number > data.acknowledged);
    marked.given = { favourite: data.favourite, hidden: data.hidden, rating: data.rating };
    marked.draw();
  };
  marked.draw = () => {
    const { favourite, hidden, rating } = (marked.now = Object.assign({}, marked.given, ...marked.meanwhile));
    redraw(heart, favourite ? "hearted" : "heart", "Favourite", "H");
    heart.setAttribute("aria-pressed", String(favourite));
    hide.setAttribute("aria-pressed", String(hidden));
    hide.title = hidden ? "Show it in lists again" : "Leave it out of lists; is:hidden finds it";
    hide.querySelector("span").textContent = hidden ? "Hidden: show again" : "Hide";
    hide.querySelector(".icon").replaceWith(drawn(hidden ? "show" : "hide"));
    each.forEach((node, at) => {
      redraw(node, at < rating ? "starred" : "star", node.getAttribute("aria-label"));
      node.setAttribute("aria-pressed", String(at + 1 === rating));
    });
  };
  marked.set = (change) => {
    const number = page.actions.act({ do: "mark", key: marked.key, ...change });
    marked.meanwhile.push({ ...change, number });
    marked.draw();
  };
  marked.toggle = (name) => {
    if (page.going) return;
    const now = !marked.now[name];
    marked.set({ [name]: now });
    page.say({ favourite: now ? "A favourite" : "No favourite any more", hidden: now ? "Hidden from lists" : "Shown in lists again" }[name]);
  };
  heart.addEventListener("click", () => marked.toggle("favourite"));
  return marked;
}
