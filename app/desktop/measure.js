// Runs before the page's own scripts, only in a program built with the tag
// measure: it times what a person sees and tells it by the event "measured", as
// JSON. Nothing is told while something is being timed.
(() => {
  const tell = (figure) => window.runtime.EventsEmit('measured', JSON.stringify(figure));

  // What a frame shows is out when the task behind it runs. A message to oneself
  // would be no such task: here it goes by way of another process, and comes up
  // to 300 ms late.
  const painted = (then) => requestAnimationFrame(() => setTimeout(then));

  // The board, from the address to its first cards: `at` in ms since 1970, so
  // that it can be held against the start of the process. Then where its longest
  // stage and some of that stage's cards stand, in CSS pixels of the page.
  // Each page before the last is loaded again, measureReloads times.
  const reloaded = Number(sessionStorage.getItem('measure.reloaded') ?? 0);
  sessionStorage.setItem('patio.asked', '1');
  const look = () => {
    if (!document.querySelector('[data-card]')) return requestAnimationFrame(look);
    painted(() => {
      const ms = performance.now();
      const at = performance.timeOrigin + ms;
      setTimeout(() => {
        if (reloaded < measureReloads) {
          sessionStorage.setItem('measure.reloaded', String(reloaded + 1));
          tell({ board: { ms, at } });
          location.reload();
          return;
        }
        tell({ board: { ms, at }, ready: places() });
      }, 1500);
    });
  };
  requestAnimationFrame(look);

  function places() {
    const lists = [...document.querySelectorAll('.board .viewport')];
    const longest = lists.sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
    const { top, bottom } = longest.getBoundingClientRect();
    const middle = (element) => {
      const box = element.getBoundingClientRect();
      return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
    };
    const shown = [...longest.querySelectorAll('[data-card]')].filter((card) => {
      const box = card.getBoundingClientRect();
      return box.top >= top && box.bottom <= bottom;
    });
    return { stage: middle(longest), cards: shown.slice(0, 4).map(middle) };
  }

  // Keys and clicks, until the frame that shows them is out; told once a person
  // would have paused.
  const paints = [];
  let pause;
  const timed = (event) =>
    painted(() => {
      const ms = performance.now() - event.timeStamp;
      paints.push({ paint: { name: event.type, key: event.key ?? '', ms } });
      clearTimeout(pause);
      pause = setTimeout(() => paints.splice(0).forEach(tell), 100);
    });
  for (const name of ['keydown', 'click']) addEventListener(name, timed, true);

  // The frames of a phase, until its end is told or, with a pause, nothing
  // happened for so many ms.
  let frames;
  let quiet;
  const end = (name) => {
    clearTimeout(quiet);
    if (!frames) return;
    tell({ frames: { name, ms: frames.slice(2) } });
    frames = undefined;
  };
  const during = (name, pause) => {
    clearTimeout(quiet);
    if (pause) quiet = setTimeout(() => end(name), pause);
    if (frames) return;
    const mine = (frames = []);
    let last = performance.now();
    const frame = (now) => {
      mine.push(now - last);
      last = now;
      if (frames === mine) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  addEventListener('wheel', () => during('scroll', 500), { capture: true, passive: true });
  addEventListener('dragover', () => during('drag'), true);
  addEventListener('dragend', () => end('drag'), true);
})();
