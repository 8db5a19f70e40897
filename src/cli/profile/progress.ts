/** Shows a line on stderr that counts seconds, on a terminal only. */

/** Shows the line that `text` makes of the seconds that have passed. The returned function removes it. */
export function startProgress(text: (seconds: number) => string): () => void {
  if (!process.stderr.isTTY) return () => {}
  const startMs = Date.now()
  const show = (): void => {
    process.stderr.write(`\r\u001b[K${text(Math.round((Date.now() - startMs) / 1000))}`)
  }
  show()
  const timer = setInterval(show, 1000)
  return () => {
    clearInterval(timer)
    process.stderr.write('\r\u001b[K')
  }
}
