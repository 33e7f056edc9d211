// Plays the original. All data goes through textContent.
function video(data) {
  const node = element("video");
  node.controls = true;
  node.preload = "metadata";
  node.playsInline = true;
  if (data.poster) node.poster = data.poster;
  node.src = "/clip/" + encodeURIComponent(data.key);
  return node;
}

function stage(data) {
  const node = element("div", "stage");
  if (data.playable) {
    const player = video(data);
    const problem = element("p", "problem");
    problem.hidden = true;
    player.addEventListener("error", () => {
      problem.textContent =
        "This browser cannot play the file's format, or the file is not there. Other players may play it.";
      problem.hidden = false;
    });
    node.append(player, problem);
  } else if (data.poster) {
    const image = element("img");
    image.src = data.poster;
    image.alt = "";
    node.append(image);
  }
  return node;
}

// The labels are a component of their own; they say on the window which second to play.
function listen(root) {
  const seek = (event) => {
    if (!root.isConnected) {
      window.removeEventListener("organizer-seek", seek);
      return;
    }
    const player = root.querySelector("video");
    if (!player) return;
    player.currentTime = event.detail;
    player.play().catch(() => {});
    player.scrollIntoView({ block: "nearest", behavior: "smooth" });
  };
  window.addEventListener("organizer-seek", seek);
}

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".root");
  if (!root) {
    root = element("div", "root");
    root.append(element("div", "place"), element("p", "note"));
    parentElement.append(root);
    listen(root);
  }
  // The video element stays when only tags changed, so that it plays on.
  const shown = JSON.stringify([data.key, data.playable, data.poster]);
  if (root.dataset.shown !== shown) {
    root.dataset.shown = shown;
    root.querySelector(".place").replaceChildren(stage(data));
    // The page keeps the position it had in the grid.
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  }
  root.querySelector(".note").textContent = data.note;
}
