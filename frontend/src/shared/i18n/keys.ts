/**
 * Every translatable key. Each folder of strings adds its own by declaration
 * merging, in the `index.ts` beside its JSON:
 *
 *     import type strings from './pt-BR.json';
 *     type Strings = typeof strings;
 *     declare module '../../../shared/i18n/keys' {
 *       interface Catalogue extends Strings {}
 *     }
 */
export interface Catalogue {}

export type Key = keyof Catalogue & string;
