// Runs before the page's own scripts, in the window only.
(() => {
  // The library rejects with an Error around the JSON that Go answered; the page
  // reads that JSON, as it does in a browser.
  const gate = window.go.bind.Gate;
  const call = gate.Call;
  gate.Call = (...args) =>
    call(...args).catch((thrown) => {
      throw thrown instanceof Error ? thrown.message : thrown;
    });
  // Takes dropped files away from the page, which they would replace, and asks
  // Windows for their paths. Go answers with the event "files.dropped".
  window.runtime.OnFileDrop(() => {}, false);
})();
