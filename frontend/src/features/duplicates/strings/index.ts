import type strings from './pt-BR.json';

type Strings = typeof strings;

declare module '../../../shared/i18n/keys' {
  interface Catalogue extends Strings {}
}
