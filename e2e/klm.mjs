// The keystroke-level model (Card, Moran and Newell 1980): how long somebody
// who knows a page needs for it, from what they have to do. Keyboard alone:
//   K  a key pressed, 0.28 s (somebody who types with no great practice)
//   M  a thought before a step that is not part of the one before, 1.35 s
//   R  waiting for the page, as it was measured
// Hands stay on the keys, so there is no pointing (P) and no homing (H).
export const K = 0.28
export const M = 1.35

export class Typist {
  constructor(page) {
    this.page = page
    this.keys = 0
    this.thoughts = 0
    this.waited = 0
    this.typed = 0
  }

  thinks() {
    this.thoughts += 1
  }

  async presses(key) {
    this.keys += 1
    await this.page.keyboard.press(key)
  }

  async types(words) {
    this.keys += words.length
    this.typed += 1
    await this.page.keyboard.type(words)
  }

  // Presses Enter and waits for the page that comes.
  async sends() {
    this.keys += 1
    const began = performance.now()
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')])
    this.waited += (performance.now() - began) / 1000
  }

  seconds() {
    return this.keys * K + this.thoughts * M + this.waited
  }

  told() {
    const tenth = (seconds) => seconds.toFixed(1)
    return `${this.keys} keys (${tenth(this.keys * K)} s), ${this.thoughts} thoughts (${tenth(this.thoughts * M)} s), waiting ${tenth(this.waited)} s: ${tenth(this.seconds())} s`
  }
}
