# Makes train.txt and held-out.txt of minigpt in the folder where it is run:
#
#   awk -f make-data.awk tinyshakespeare/input.txt
#
# Speeches as they are, and between them paragraphs "Echo: …": a list of different words in no order, said again from its
# start or in pieces, so that nothing foretells it but the earlier copy. A list is said again after as many words as it
# has, so that no fixed distance does either. train.txt takes the first 800,000 bytes of the speeches, held-out.txt
# those from 90 % on, with lists of other random draws. POSIX awk; the same bytes on each run.

# 0 … n - 1: Lehmer's generator, exact in a double.
function random(n) { state = (state * 16807) % 2147483647; return state % n }

# A common word, the commoner the likelier (Zipf's law), or one that is none: the beginning of a word, often with the end
# of another, so that the tokens that words are spelled with are in lists as well.
function item(   a, b) {
  if (random(100) >= nonsense) return common[int(exp(random(100000) / 100000 * log(count + 1)))]
  a = any[1 + random(others)]; b = any[1 + random(others)]
  return substr(a, 1, 1 + random(4)) (random(2) ? "" : substr(b, length(b) - random(4)))
}

function echo(   n, i, k, r, total, text, word, said, w) {
  n = int(exp(log(least) + random(1000) / 1000 * log(most / least)) + 0.5)
  total = 30 + random(30); if (total < 2 * n) total = 2 * n
  split("", said)
  text = "Echo:"
  for (i = 1; i <= n; ) {
    w = item()
    if (w in said) continue
    said[w]; word[i++] = w; text = text " " w
  }
  if (random(2)) for (r = n; r < total; r++) text = text " " word[1 + r % n]
  else
    for (r = n; r < total; ) {
      i = 1 + random(n)
      for (k = 4 + random(12); k > 0 && i <= n; k--) { text = text " " word[i++]; r++ }
    }
  return text
}

function emit(from, to, file, budget,   i, written, echoed, e) {
  for (i = from; i <= to && written < budget; i++) {
    print speech[i] "\n" > file
    written += length(speech[i]) + 2
    while (echoed < written * share) { e = echo(); print e "\n" > file; echoed += length(e) + 2 }
  }
  close(file)
  printf "%s: %d bytes of speeches, %d bytes of lists\n", file, written, echoed
}

BEGIN {
  RS = ""       # a record is a speech
  state = 20200
  words = 600   # that lists are made of
  nonsense = 25 # per cent of the items of lists
  least = 8; most = 28 # items in a list
  share = 1.4   # bytes of lists for one of speeches
}
{ speech[NR] = $0; bytes += length($0) + 2 }
END {
  for (last = 0; at <= bytes * 0.9; ) at += length(speech[++last]) + 2
  last--
  # Words within a line, without what follows a mark: those that have a space before them.
  for (i = 1; i <= last; i++) {
    n = split(speech[i], part, /[ \n]+/)
    for (j = 2; j <= n; j++) {
      w = part[j]; sub(/[.,;:!?'-].*$/, "", w)
      if (w ~ /^[A-Za-z]+$/) { if (!(w in seen)) any[++others] = w; seen[w]++ }
    }
  }
  # The commonest; of those as common as each other the first of the alphabet.
  while (count < words) {
    best = ""
    for (w in seen) if (best == "" || seen[w] > seen[best] || (seen[w] == seen[best] && w < best)) best = w
    common[++count] = best; delete seen[best]
  }
  emit(1, last, "train.txt", 800000)
  emit(last + 1, NR, "held-out.txt", 20000)
}
