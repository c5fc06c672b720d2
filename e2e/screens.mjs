// Every screen somebody can reach by links. /people/1 and /people/2 are one
// sort of address, yet may show different things (a person one is assigned to
// and one who only waits): a few of each sort are opened, and each is looked
// at that offers other places to go or other things to do than those before.
// New screens are found by themselves.
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
// Files to download and places outside are no screens.
const NO_SCREEN = /\.(csv|json|zip|xlsx|svg)(\?|$)|^mailto:|^tel:|^#/
const DEEPEST = 6
const OF_ONE_SORT = 4

export const sortOf = (path) => path.replace(ID, '{id}').replace(/[?#].*$/, '')

// What a screen offers: the sorts of places its words lead to, and its forms.
const offered = (page) =>
  page.evaluate(() => {
    const all = (query, name) => [...document.querySelectorAll(query)].map((one) => one.getAttribute(name) ?? '')
    return {
      links: all('a[href]', 'href'),
      words: [...all('main a[href]', 'href'), ...all('main form', 'action').map((action) => `form ${action}`)]
    }
  })

// Calls `look(page, sort, status)` on each screen. Gives the sorts seen.
export async function eachScreen(page, origin, look) {
  const opened = new Set()
  const ofSort = new Map()
  const views = new Set()
  let paths = ['/']
  for (let deep = 0; deep < DEEPEST && paths.length > 0; deep += 1) {
    const next = []
    for (const path of paths) {
      const asked = sortOf(path)
      const before = ofSort.get(asked) ?? 0
      if (opened.has(path) || before >= OF_ONE_SORT) continue
      opened.add(path)
      ofSort.set(asked, before + 1)
      const answer = await page.goto(path)
      const at = new URL(page.url())
      opened.add(at.pathname + at.search)
      const sort = sortOf(at.pathname)
      if (!ofSort.has(sort)) ofSort.set(sort, 1)
      // What it offers is read first: looking may send a form and lead away.
      const offers = await offered(page)
      const view = [sort, ...new Set(offers.words.map(sortOf))].sort().join(' ')
      next.push(...offers.links.filter((href) => href.startsWith('/') && !NO_SCREEN.test(href)))
      if (views.has(view)) continue
      views.add(view)
      await look(page, sort, answer.status())
    }
    paths = next
  }
  return new Set(ofSort.keys())
}

// Forms somebody types into, sent empty, show their errors. Gives whether
// there was one.
export async function sendEmpty(page) {
  const forms = page.locator('main form[method=post]:has(input:not([type=hidden]), textarea, select)')
  if ((await forms.count()) === 0) return false
  // The main one, where there is a main one: a draft may be kept empty.
  const buttons = forms.first().locator('button:not([formaction]):not([type=button]):visible')
  const main = buttons.and(page.locator('.nhsuk-button:not(.nhsuk-button--secondary)'))
  const button = (await main.count()) > 0 ? main.first() : buttons.last()
  if ((await button.count()) === 0) return false
  await Promise.all([page.waitForNavigation(), button.click()])
  return (await page.locator('.nhsuk-error-summary').count()) > 0
}
