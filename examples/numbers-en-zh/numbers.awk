# Writes train.tsv and held-out.tsv: English number words and dates with their Chinese, and how the two are aligned.
#
#   LC_ALL=C awk -f numbers.awk
#
# POSIX awk, tested with mawk; numbers come from a generator of our own, so every awk writes the same bytes.
#
# Chinese as it is written here:
#   - 2 is 二 everywhere, also before 百, 千 and 万, where speech prefers 两.
#   - 10 to 19 are 十, 十一, …; behind another digit the 一 is said: 一百一十五, 一千零一十五.
#   - Digits stand in groups of four, 万 behind the upper one. Zeros inside or before the rest of a group are one 零, also
#     between two groups (一万零五百, 三十四万零六); zeros that end a number are not said, nor those before 万 where
#     the thousands follow (一百二十万五千).
#   - A year is read digit by digit, its zeros as 〇: 二〇〇六年.
#
# Alignment: pairs i-j from 0 (Pharaoh's format), i an English word between spaces ("forty-five" and "March," are one),
# j a Chinese character.
#   - A digit goes with the word that says it: both digits of forty-five with that word.
#   - 百 and 千 go with hundred, thousand or million: the word that gives the digit before them its place. So does the 十
#     of 十万 (hundred thousand); any other 十 goes with its tens word (fifteen, forty-five).
#   - 万 goes with thousand where tens or hundreds of thousands are said, else with million.
#   - Where the 一 of a first 十 is not said, 十 goes with both words.
#   - 零 goes with the "and" before the word of the next digit, with nothing where there is none.
#   - The characters of a year and 年 go with the year, those of the month and 月 with the month, of the day and 日 with
#     the day. "the" and "of" go with nothing.

BEGIN {
  trainCount = 6400; heldOutCount = 500
  split("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen" \
    " eighteen nineteen", small, " ")
  split("- twenty thirty forty fifty sixty seventy eighty ninety", tens, " ")
  split("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth" \
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third" \
    " twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first",
    ordinal, " ")
  split("January February March April May June July August September October November December", month, " ")
  split("31 29 31 30 31 30 31 31 30 31 30 31", days, " ")
  split("一 二 三 四 五 六 七 八 九", numeral, " ")
  split("thousand million", scale, " ")
  unit[1] = "十"; unit[2] = "百"; unit[3] = "千"

  seed = 20240229
  print "text\tpair\tkind" > "train.tsv"
  print "text\tpair\tkind\talignment" > "held-out.tsv"
  while (made < trainCount + heldOutCount) {
    words = characters = 0
    if (random(10) < 7) { kind = "number"; number(amount()) } else { kind = "date"; date() }
    text = word[0]; for (i = 1; i < words; i++) text = text " " word[i]
    if (text in seen) continue
    seen[text] = 1
    pair = links = ""
    for (j = 0; j < characters; j++) {
      pair = pair character[j]
      count = split(source[j], from, " ")
      for (i = 1; i <= count; i++) links = links (links == "" ? "" : " ") from[i] "-" j
    }
    # What is held out is taken evenly from the whole.
    made++
    if (int(made * heldOutCount / (trainCount + heldOutCount)) > heldOut) {
      heldOut++
      print text "\t" pair "\t" kind "\t" links > "held-out.tsv"
    } else print text "\t" pair "\t" kind > "train.tsv"
  }
}

# A whole number from 0 to below n (Park and Miller's generator; its first bits are the good ones).
function random(n) { seed = seed * 16807 % 2147483647; return int(seed / 2147483647 * n) }

# Of one to eight digits, small ones seldom, with many zeros half of the time.
function amount(  length_, zeros, n, i) {
  i = random(36)
  for (length_ = 1; length_ * (length_ + 1) / 2 <= i; length_++) {}
  zeros = random(2) * 5
  n = 1 + random(9)
  for (i = 1; i < length_; i++) n = n * 10 + (random(10) < zeros ? 0 : random(10))
  return n
}

function say(text) { word[words] = text; return words++ }
# From no word, one, or several with spaces between.
function write(text, from) { character[characters] = text; source[characters++] = from }

# English first: which word says each decimal place (saying), and which word the unit of a place is (placing).
function number(n,  digits, group, value, hundreds, rest, said, p, at, isOpen, from) {
  for (p = 0; p < 8; p++) { digits[p] = n % 10; n = int(n / 10) }
  said = 0
  for (group = 2; group >= 0; group--) {
    hundreds = group < 2 ? digits[3 * group + 2] : 0
    rest = digits[3 * group + 1] * 10 + digits[3 * group]
    if (hundreds + rest == 0) continue
    p = 3 * group
    if (hundreds) { saying[p + 2] = say(small[hundreds]); placing[p + 2] = say("hundred") }
    if (rest) {
      if (hundreds || group == 0 && said) say("and")
      at = say(rest < 20 ? small[rest] : tens[int(rest / 10)] (rest % 10 ? "-" small[rest % 10] : ""))
      saying[p] = saying[p + 1] = placing[p + 1] = at
    }
    if (group) {
      at = say(scale[group])
      placing[p] = at
      if (group == 1) { placing[4] = at } else placing[7] = at
    }
    said = 1
  }
  # Chinese: the upper group of four (万), then the lower one. isOpen: zeros are waiting to be said.
  isOpen = 0
  for (p = 7; p >= 0; p--) {
    if (digits[p]) {
      if (isOpen) write("零", word[saying[p] - 1] == "and" ? saying[p] - 1 : "")
      isOpen = 0
      from = placing[p]
      if (characters || digits[p] > 1 || p % 4 != 1) write(numeral[digits[p]], saying[p])
      else if (saying[p] != placing[p]) from = saying[p] " " placing[p]
      if (p % 4) write(unit[p % 4], from)
    } else if (characters) isOpen = 1
    if (p == 4 && characters) {
      write("万", digits[4] + digits[5] ? placing[4] : placing[6])
      isOpen = 0
    }
  }
}

function date(  d, m, y, i) {
  m = 1 + random(12)
  d = 1 + random(days[m])
  y = random(10) ? 1100 + random(1000) : 0
  if (m == 2 && d == 29 && !(y == 0 || y % 4 == 0 && y % 100 || y % 400 == 0)) d = 28
  say("the"); say(ordinal[d]); say("of"); say(month[m] (y ? "," : ""))
  if (y) {
    say(y)
    for (i = 1; i <= 4; i++) write(substr(y, i, 1) + 0 ? numeral[substr(y, i, 1)] : "〇", 4)
    write("年", 4)
  }
  place(m, 3); write("月", 3)
  place(d, 1); write("日", 1)
}

# A number below 100, all of one word.
function place(n, from) {
  if (n > 19) write(numeral[int(n / 10)], from)
  if (n > 9) write("十", from)
  if (n % 10) write(numeral[n % 10], from)
}
