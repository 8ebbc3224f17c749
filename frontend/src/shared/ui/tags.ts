/**
 * Colours of tags, as Go keeps them. None of them is the amber, red or green
 * that say something of a lead. A colour that isn't known is drawn as the first.
 */
export const TAG_COLORS = [
  'slate',
  'blue',
  'cyan',
  'indigo',
  'violet',
  'pink',
  'brown',
  'olive',
] as const;
export type TagColor = (typeof TAG_COLORS)[number];

export function tagColor(color: string): TagColor {
  return TAG_COLORS.find((known) => known === color) ?? 'slate';
}
