#!/usr/bin/env bash
# The same work here and by the peers, back to back, with the ratio of their median time to ours.
# usage: peers.sh FOLDER_OF_THE_PEERS_SCRIPTS PYTHON        (PYTHON has torch, transformers and matplotlib)
set -euo pipefail
peers=$1 python=$2
here=$(cd "$(dirname "$0")/../.." && pwd)
bench=$here/.build/release/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export QUIET_S=${QUIET_S:-1}

field() { sed -n "s/.*\"$1\": \([0-9.e+-]*\).*/\1/p" | tail -n 1; }
row() { # name, seconds here, seconds there
  awk -v name="$1" -v ours="$2" -v theirs="$3" \
    'BEGIN { printf "%-26s %9.4f s %9.4f s %7.2f ×\n", name, ours, theirs, theirs / ours }'
}

printf '%-26s %11s %11s %9s\n' work Tomograph peer ratio
for shape in "gpt2 8 128" "gpt2 1 512" "minilm 16 128"; do
  read -r name batch length <<<"$shape"
  for stage in base lm lmgrad; do
    ours=$("$bench" "model.$name.${batch}x$length.$stage" | head -n 1 | field median_s)
    theirs=$("$python" "$peers/bench_models.py" "$name" "$stage" --batch "$batch" --seq "$length" 2>/dev/null | field median_s)
    row "$name ${batch}×$length $stage" "$ours" "$theirs"
  done
done

# Activation patching: 384 runs of one pair of 20 tokens, where the peer is installed.
if "$python" -c 'import transformer_lens' 2>/dev/null; then
  ours=$("$bench" causal.sweep | field median_s)
  theirs=$("$python" "$peers/bench_causal.py" sweep_tl 2>/dev/null | field median_s)
  row "patching sweep" "$ours" "$theirs"
fi

# A training step of a small GPT-2: forward, backward, clipping, AdamW.
peer_step='
import statistics, sys, time, torch
from transformers import GPT2Config, GPT2LMHeadModel
layers, width, heads, inner, vocabulary, rows, length = map(int, sys.argv[1:])
config = GPT2Config(n_layer=layers, n_embd=width, n_head=heads, n_inner=inner, n_positions=length, vocab_size=vocabulary,
                    bos_token_id=0, eos_token_id=0, resid_pdrop=0, embd_pdrop=0, attn_pdrop=0)
model = GPT2LMHeadModel(config).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
ids = torch.randint(0, vocabulary, (rows, length))
def seconds():
    start = time.perf_counter()
    optimizer.zero_grad()
    model(ids, labels=ids).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return time.perf_counter() - start
for _ in range(3): seconds()
print(statistics.median(seconds() for _ in range(15)))'
# Layers, width, heads, width of the MLP, vocabulary, rows, positions. A step is so short that one takes turns with the
# other, and the row is that of medians.
median() { sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }
for shape in "minigpt 2 64 2 128 1024 32 64" "minigpt128 4 128 4 512 1000 16 128" "minigpt256 4 256 4 1024 1000 16 128"; do
  read -r name numbers <<<"$shape"
  : >"$work/ours" && : >"$work/theirs"
  for _ in 1 2 3 4 5 6 7 8 9; do
    "$bench" "training.$name" | head -n 1 | field median_s >>"$work/ours"
    # shellcheck disable=SC2086
    "$python" -c "$peer_step" $numbers 2>/dev/null >>"$work/theirs"
  done
  row "training step, $name" "$(median <"$work/ours")" "$(median <"$work/theirs")"
done

# Marginal time of a figure: the median of five in one process, after one that warms up.
peer_figure='
import pathlib, statistics, sys, time
sys.path.insert(0, sys.argv[1])
import bench_render
case, ending, out = sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
def seconds():
    start = time.perf_counter()
    bench_render.draw(case, ending, out)
    return time.perf_counter() - start
seconds()
print(statistics.median(seconds() for _ in range(5)))'
for pair in "sheet heads_mpl" "scatter scatter" "lines lines"; do
  read -r ours_name theirs_name <<<"$pair"
  for format in png svg; do
    ours=$("$bench" "figure.$ours_name.$format" | field median_s)
    theirs=$("$python" -c "$peer_figure" "$peers" "$theirs_name" "$format" "$work" 2>/dev/null)
    row "figure $ours_name $format" "$ours" "$theirs"
  done
done

model=$peers/../models/minilm
"$python" "$peers/make_corpus.py" "$work/corpus.txt" 64 "$peers/../corpora/wikitext-2/test.txt" >/dev/null
start=$(date +%s.%N)
"$here/.build/release/tomograph" report --model "$model" --corpus "$work/corpus.txt" --out "$work/report" --quiet
ours=$(echo "$(date +%s.%N) $start" | awk '{ print $1 - $2 }')
memory=$(field peakMemoryBytes <"$work"/report/*/provenance.json || true)
"$python" "$peers/peer_report.py" "$model" "$work/corpus.txt" "$work/peer" 2>/dev/null >"$work/peer.json"
row "report, 64 sentences" "$ours" "$(field wall_s <"$work/peer.json")"
awk -v ours="$memory" -v theirs="$(field peak_rss_mb <"$work/peer.json")" \
  'BEGIN { printf "%-26s %8.0f MB %8.0f MB %7.2f ×\n", "report, peak memory", ours / 1e6, theirs, theirs * 1e6 / ours }'
