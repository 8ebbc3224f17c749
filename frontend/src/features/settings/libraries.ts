export interface Library {
  name: string;
  /** SPDX */
  licence: string;
}

/** What the program is made of and under which licence it may be used. */
export const LIBRARIES: readonly Library[] = [
  { name: '@atlaskit/pragmatic-drag-and-drop', licence: 'Apache-2.0' },
  { name: '@fontsource-variable/inter', licence: 'OFL-1.1' },
  { name: '@internationalized/date', licence: 'Apache-2.0' },
  { name: '@lucide/svelte', licence: 'ISC' },
  { name: 'bits-ui', licence: 'MIT' },
  { name: 'github.com/DeRuina/timberjack', licence: 'MIT' },
  { name: 'github.com/fxamacker/cbor', licence: 'MIT' },
  { name: 'github.com/godbus/dbus', licence: 'BSD-2-Clause' },
  { name: 'github.com/google/uuid', licence: 'BSD-3-Clause' },
  { name: 'github.com/jackc/pgx', licence: 'MIT' },
  { name: 'github.com/klauspost/compress', licence: 'BSD-3-Clause' },
  { name: 'github.com/mattn/go-isatty', licence: 'MIT' },
  { name: 'github.com/nyaruka/phonenumbers', licence: 'MIT' },
  { name: 'github.com/pressly/goose', licence: 'MIT' },
  { name: 'github.com/prometheus/client_golang', licence: 'Apache-2.0' },
  { name: 'github.com/rs/zerolog', licence: 'MIT' },
  { name: 'github.com/spf13/cobra', licence: 'Apache-2.0' },
  { name: 'github.com/wailsapp/wails', licence: 'MIT' },
  { name: 'github.com/xuri/excelize', licence: 'BSD-3-Clause' },
  { name: 'golang.org/x', licence: 'BSD-3-Clause' },
  { name: 'modernc.org/sqlite', licence: 'BSD-3-Clause' },
  { name: 'svelte', licence: 'MIT' },
  { name: 'svelte-sonner', licence: 'MIT' },
  { name: 'tinykeys', licence: 'MIT' },
];
