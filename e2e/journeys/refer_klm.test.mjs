// A practice refers somebody it has referred before, and somebody new, with
// the keyboard alone, timed by the keystroke-level model: thirty seconds at
// most, and one field to type into.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { WIDE, openBrowser, signInAs, windowOf } from '../browser.mjs'
import { choose, tabTo } from '../focus.mjs'
import { startKith } from '../kith.mjs'
import { Typist } from '../klm.mjs'

const AT_MOST_SECONDS = 30

let browser
let kith

before(async () => {
  browser = await openBrowser()
  kith = await startKith('pcn')
})
after(async () => {
  await browser?.close()
  await kith?.stop()
})

// NHS numbers of people of the practice with no referral under way.
async function known(page) {
  await page.goto('/sent?show=ended')
  const words = await page.locator('main').innerText()
  const numbers = [...words.matchAll(/\b\d{3} \d{3} \d{4}\b/g)].map((found) => found[0].replaceAll(' ', ''))
  assert.ok(numbers.length > 0, `nobody's referral has ended:\n${words}`)
  return [...new Set(numbers)]
}

// Types who it is into the first field, answers the rest, and sends; looks at
// what comes back, so many thoughts long, and presses its button. Null when no
// such look is asked for.
async function refers(page, whom, look, thoughts) {
  await page.goto('/refer')
  const rita = new Typist(page)
  const press = (key) => rita.presses(key)
  rita.thinks()
  // Past the header by the skip link, which is there for this.
  await tabTo(page, (at) => at.label === 'Skip to main content', press)
  await press('Enter')
  await tabTo(page, (at) => at.label.startsWith('NHS number'), press)
  await rita.types(whom)
  for (const [legend, label] of [
    ['What is it mainly about', 'Loneliness'],
    ['What have you told', 'We talked about what a link worker does'],
    ['Has the person agreed', 'Yes']
  ]) {
    rita.thinks()
    await choose(page, legend, label, press)
  }
  rita.thinks()
  await tabTo(page, (at) => at.type === 'submit' && at.label === 'Send referral', press)
  await rita.sends()
  // Is this the person? One look at the top of the page, one press.
  if ((await page.getByRole('button', { name: look }).count()) === 0) return null
  for (let thought = 0; thought < thoughts; thought += 1) rita.thinks()
  await tabTo(page, (at) => at.label === look, press)
  await rita.sends()
  const words = await page.locator('main').innerText()
  assert.match(words, /[2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3}/, `no reference is shown:\n${words}`)
  return rita
}

function holds(rita, who) {
  console.log(`# refer_klm, ${who}: ${rita.told()}`)
  assert.ok(rita.typed <= 1, `${rita.typed} fields had to be typed into`)
  assert.ok(rita.seconds() <= AT_MOST_SECONDS, `${who}: ${rita.told()}`)
}

test('refer_klm: half a minute with the keyboard, and one field to type into', { timeout: 180_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Rita Shah')
  let rita = null
  // Somebody whose older referral ended may have been referred anew.
  for (const number of (await known(page)).slice(0, 8)) {
    rita = await refers(page, number, 'This is the person: send', 1)
    if (rita) break
  }
  assert.ok(rita, 'nobody could be referred by their number alone')
  holds(rita, 'somebody known')
})

test('refer_klm: somebody new too, in one line that is looked at before it is sent', { timeout: 180_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Rita Shah')
  // What a referral needs; then with a telephone number. A thought for each
  // thing to compare.
  const rita = await refers(page, 'Aisha Quillfeather 3 5 1951', 'This is right: send', 3)
  assert.ok(rita, 'the line was not read')
  holds(rita, 'somebody new')
  const more = await refers(page, 'Odo Quillfeather 3/5/49 07700900982', 'This is right: send', 4)
  assert.ok(more, 'the line with a telephone number was not read')
  holds(more, 'somebody new with a telephone number')
})

test('how quickly the server answers, to be read', { timeout: 120_000 }, async () => {
  const page = await windowOf(browser, kith.origin, WIDE)
  await signInAs(page, 'Rita Shah')
  await page.goto('/refer')
  const times = await page.evaluate(async () => {
    const token = new FormData(document.querySelector('main form[method=post]'))
    const all = []
    for (let turn = 0; turn < 40; turn += 1) {
      const began = performance.now()
      const body = turn % 2 === 0 ? undefined : new URLSearchParams([...token])
      const answer = await fetch('/refer', { method: body ? 'POST' : 'GET', body })
      await answer.text()
      all.push(performance.now() - began)
    }
    return all.sort((one, other) => one - other)
  })
  const p95 = times[Math.floor(times.length * 0.95)]
  console.log(`# refer: the server answers within ${p95.toFixed(0)} ms (95th centile of ${times.length}); wanted: under 300 ms`)
  assert.equal(times.length, 40)
})
