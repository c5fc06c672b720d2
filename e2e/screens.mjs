// Every screen somebody can reach by links, once for each sort of address:
// /people/1 and /people/2 are one sort. New screens are found by themselves.
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
// Files to download and places outside are no screens.
const NO_SCREEN = /\.(csv|json|zip|xlsx|svg)(\?|$)|^mailto:|^tel:|^#/
const DEEPEST = 4

export const sortOf = (path) => path.replace(ID, '{id}').replace(/\?.*$/, '')

// Calls `look(page, sort)` on each screen.
export async function eachScreen(page, origin, look) {
  const seen = new Set()
  let paths = ['/']
  for (let deep = 0; deep < DEEPEST && paths.length > 0; deep += 1) {
    const next = []
    for (const path of paths) {
      if (seen.has(sortOf(path))) continue
      seen.add(sortOf(path))
      const answer = await page.goto(path)
      const at = sortOf(new URL(page.url()).pathname)
      if (at !== sortOf(path)) {
        if (seen.has(at)) continue
        seen.add(at)
      }
      await look(page, at, answer.status())
      const links = await page.$$eval('a[href]', (all) => all.map((one) => one.getAttribute('href')))
      next.push(...links.filter((href) => href.startsWith('/') && !NO_SCREEN.test(href)))
    }
    paths = next
  }
  return seen
}

// Forms somebody types into, sent empty, show their errors. Gives whether
// there was one.
export async function sendEmpty(page) {
  const forms = page.locator('main form[method=post]:has(input:not([type=hidden]), textarea, select)')
  if ((await forms.count()) === 0) return false
  const button = forms.first().locator('button:not([formaction])').last()
  if ((await button.count()) === 0) return false
  await Promise.all([page.waitForNavigation(), button.click()])
  return (await page.locator('.nhsuk-error-summary').count()) > 0
}
