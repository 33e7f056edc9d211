// A queue from the browser to the page's script. Of two events of one run the script sees the last one; so each event
// carries all actions that the script has not said to have done, and the script does each number once. An event that
// got lost, as where the connection broke off, is sent once more.
const RESEND_MS = 8000;

// "root" is what the person acts on: where it is gone, nothing is sent any more.
function actionQueue(first, root) {
  const queue = { number: first, pending: [], send: () => {} };
  queue.act = (action) => {
    queue.number += 1;
    queue.pending.push({ number: queue.number, ...action });
    queue.flush();
    return queue.number;
  };
  queue.flush = () => {
    clearTimeout(queue.timer);
    if (!queue.pending.length || !root.isConnected) return;
    queue.send({ number: queue.number, actions: queue.pending });
    queue.timer = setTimeout(queue.flush, RESEND_MS);
  };
  queue.acknowledge = (number) => {
    queue.pending = queue.pending.filter((action) => action.number > number);
    queue.number = Math.max(queue.number, number);
    if (!queue.pending.length) clearTimeout(queue.timer);
  };
  return queue;
}
