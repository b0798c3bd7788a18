# Makes the files of this folder from those that SOURCE.txt names; it need not be run again. POSIX awk, run with mawk.
#
#   LC_ALL=C awk -f prepare.awk en_ewt-ud-dev.conllu en_ewt-ud-test.conllu valid.txt test.txt
#
# train.conllu     the sentences of dev, and 301 to 950 of test, with form, upos, head, deprel and SpaceAfter
# held-out.conllu  the first 300 sentences of test, the same way
# text.txt         a sentence a line: those of dev and the other ones of test, and of WikiText-2 (valid, test) those of
#                  40 to 300 bytes without <unk>, headings left out, its marks (" @-@ ", spaces before commas) undone

BEGIN { FS = OFS = "\t" }

FNR == 1 { part++; sentence = 0 }

part < 3 && /^# sent_id/ { sentence++ }
part == 1 { to = "train.conllu" }
part == 2 { to = sentence <= 300 ? "held-out.conllu" : sentence <= 950 ? "train.conllu" : "" }
part < 3 && /^# text = / && (part == 1 || sentence > 300) { print substr($0, 10) > "text.txt" }
part < 3 && /^#/ { next }
part < 3 && to != "" {
  if ($0 == "") { print "" > to; next }
  if ($1 ~ /\./) next  # an empty node
  print $1, $2, "_", $4, "_", "_", $7, $8, "_", ($10 ~ /SpaceAfter=No/ ? "SpaceAfter=No" : "_") > to
}

part > 2 && !/^ *=/ && length($0) > 2 {
  line = $0
  gsub(/ @-@ /, "-", line); gsub(/ @\.@ /, ".", line); gsub(/ @,@ /, ",", line)
  count = split(line, parts, / \. /)
  for (i = 1; i <= count; i++) {
    text = parts[i]
    sub(/^ +/, "", text); sub(/[ .:]+$/, "", text)
    if (text ~ /<unk>|"/ || length(text) < 40 || length(text) > 300) continue
    gsub(/ ,/, ",", text); gsub(/ ;/, ";", text); gsub(/ :/, ":", text); gsub(/ '/, "'", text)
    gsub(/\( /, "(", text); gsub(/ \)/, ")", text)
    print text "." > "text.txt"
  }
}
