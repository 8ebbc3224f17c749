// Runs before the page's own scripts, in the window only. The generated
// bindings call window.go.api.Struct.Method(args…); the window binds one struct,
// bind.Gate, behind which every panic becomes an error. This stands between.
(() => {
  const call = window.go.bind.Gate.Call;
  const cache = {};
  window.go.api = new Proxy({}, {
    get: (_, struct) => (cache[struct] ??= new Proxy({}, {
      get: (_, method) => (...args) => call(struct, method, args.map((arg) => (arg === undefined ? null : arg))),
    })),
  });
  // Takes dropped files away from the page, which they would replace, and asks
  // Windows for their paths. What was dropped arrives as event "files.dropped".
  window.runtime.OnFileDrop(() => {}, false);
})();
