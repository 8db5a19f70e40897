/** Cuts a text to `length` UTF-16 units, or one less where that would halve a surrogate pair: half becomes U+FFFD. */
export function cutText(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
