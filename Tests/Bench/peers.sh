#!/usr/bin/env bash
# The same work here and by the peers in alternating turns: medians of both, their ratio, and ours as a share of what the
# machine allows where that can be told.
# usage: peers.sh FOLDER_OF_THE_PEERS_SCRIPTS PYTHON        (PYTHON has torch, transformers and matplotlib)
# TURNS is how many turns each takes (9), CASES a pattern that names of rows must match.
set -euo pipefail
peers=$1 python=$2 turns=${TURNS:-9} cases=${CASES:-.}
here=$(cd "$(dirname "$0")/../.." && pwd)
bench=$here/.build/release/bench
tomograph=$here/.build/release/tomograph
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export QUIET_S=${QUIET_S:-0}

field() { sed -n "s/.*\"$1\": \([0-9.e+-]*\).*/\1/p" | tail -n 1; }
median() { sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }
seconds() { "$bench" "$1" | head -n 1 | field median_s; }
script() { "$python" "$@" 2>/dev/null | field median_s; }

peak=$(for _ in 1 2 3 4 5; do "$bench" peak | field gflops; done | sort -g | tail -n 1)

# name, GFLOP of the work or 0, command here, command there: alternately, each printing its seconds.
row() {
  grep -qE "$cases" <<<"$1" || return 0
  : >"$work/ours" && : >"$work/theirs"
  for _ in $(seq "$turns"); do
    eval "$3" >>"$work/ours"
    [[ -z $4 ]] || eval "$4" >>"$work/theirs"
  done
  awk -v name="$1" -v gflop="$2" -v peak="$peak" -v ours="$(median <"$work/ours")" -v theirs="$(median <"$work/theirs")" \
    'BEGIN { share = gflop > 0 ? sprintf("%.0f %%", 100 * gflop / ours / peak) : "–"
      ratio = theirs > 0 ? sprintf("%.2f", theirs / ours) : "–"; theirs = theirs > 0 ? sprintf("%.4f s", theirs) : "–"
      printf "| %s | %.4f s | %s | %s | %s |\n", name, ours, theirs, ratio, share }'
}

printf 'Peak: %.0f GFLOP/s; medians of %s turns.\n\n' "$peak" "$turns"
printf '| work | Tomograph | peer | ratio | share of the limit |\n|---|---|---|---|---|\n'

for shape in 1024x768x768 1024x768x3072 1024x3072x768 2048x384x384 2048x384x1536 1024x768x50257; do
  row "product $shape" "$(tr x ' ' <<<"$shape" | awk '{ print 2e-9 * $1 * $2 * $3 }')" "seconds product.$shape" ""
done

# Parameters of the blocks and of the head, in millions: each takes two operations a token forward and four back.
for shape in "gpt2 8 128 85 38.6" "gpt2 1 512 85 38.6" "bert 16 128 85 24" "minilm 16 128 10.6 11.9"; do
  read -r name batch length blocks head <<<"$shape"
  for stage in "base 2 0" "lm 2 2" "lmgrad 6 6"; do
    read -r stage b h <<<"$stage"
    gflop=$(awk "BEGIN { print $batch * $length * 1e-3 * ($blocks * $b + $head * $h) }")
    row "$name ${batch}×$length $stage" "$gflop" "seconds model.$name.${batch}x$length.$stage" \
      "script '$peers/bench_models.py' $name $stage --batch $batch --seq $length"
  done
done

peer_llama='
import statistics, sys, time, torch
from transformers import LlamaConfig, LlamaForCausalLM
stage = sys.argv[1]
config = LlamaConfig(hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                     num_key_value_heads=3, vocab_size=49152, tie_word_embeddings=True, attn_implementation="eager")
model = LlamaForCausalLM(config).eval()
ids = torch.randint(1000, 30000, (4, 256))
def run():
    start = time.perf_counter()
    if stage == "lmgrad":
        model.zero_grad(set_to_none=True)
        model(ids, labels=ids, output_attentions=True, output_hidden_states=True).loss.backward()
        _ = [p.grad.pow(2).sum().item() for p in model.parameters()]
    else:
        with torch.inference_mode():
            (model if stage == "lm" else model.model)(ids, output_attentions=True, output_hidden_states=True)
    return time.perf_counter() - start
run()
print(statistics.median(run() for _ in range(3)))'
for stage in "base 2 0" "lm 2 2" "lmgrad 6 6"; do
  read -r stage b h <<<"$stage"
  row "llama135m 4×256 $stage" "$(awk "BEGIN { print 1.024 * (106.2 * $b + 28.3 * $h) }")" \
    "seconds model.llama135m.4x256.$stage" "'$python' -c '$peer_llama' $stage 2>/dev/null"
done

# What reading the weights once a token allows is told by the benchmark itself.
for batch in 1 32; do
  if grep -qE "$cases" <<<"generation $batch"; then
    "$bench" "generate.gpt2.${batch}x32" | head -n 1 | {
      read -r line
      awk -v b="$batch" -v t="$(field tokens_per_s <<<"$line")" -v s="$(field share_of_reading <<<"$line")" \
        'BEGIN { printf "| generation, %d at once, tokens a second | %.0f | – | – | %s |\n", b, t, b == 1 ? sprintf("%.0f %%", 100 * s) : "–" }'
    }
  fi
done

# Activation patching: 384 runs of one pair of 20 tokens, where the peer is installed.
if "$python" -c 'import transformer_lens' 2>/dev/null; then
  row "patching sweep" 0 "seconds causal.sweep" "script '$peers/bench_causal.py' sweep_tl"
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
# Layers, width, heads, width of the MLP, vocabulary, rows, positions.
for shape in "minigpt 2 64 2 128 1024 32 64" "minigpt128 4 128 4 512 1000 16 128" "minigpt256 4 256 4 1024 1000 16 128"; do
  read -r name numbers <<<"$shape"
  row "training step, $name" 0 "seconds training.$name" "'$python' -c '$peer_step' $numbers 2>/dev/null"
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
    row "figure $ours_name $format" 0 "seconds figure.$ours_name.$format" \
      "'$python' -c '$peer_figure' '$peers' $theirs_name $format '$work' 2>/dev/null"
  done
done

# Whole reports of 64 sentences: with the analyses of the peer's script alone, and with all of ours. MODELS are folders, or
# files in GGUF beside a folder of the same weights: FILE=FOLDER.
"$python" "$peers/make_corpus.py" "$work/corpus.txt" 64 "$peers/../corpora/wikitext-2/test.txt" >/dev/null
report() { # model, options
  local start
  start=$(date +%s.%N)
  "$tomograph" report --model "$1" --corpus "$work/corpus.txt" --out "$work/report" --name r --quiet "${@:2}" >/dev/null 2>&1 || true
  field peakMemoryBytes <"$work/report/r/provenance.json" >"$work/memory"
  echo "$(date +%s.%N) $start" | awk '{ print $1 - $2 }'
}
peer_report() {
  "$python" "$peers/peer_report.py" "$1" "$work/corpus.txt" "$work/peer" 2>/dev/null >"$work/peer.json"
  field wall_s <"$work/peer.json"
}
for model in ${MODELS:-$peers/../models/minilm}; do
  ours=${model%%=*} theirs=${model##*=} name=$(basename "$model")
  row "report on $name, the script's analyses" 0 \
    "report '$ours' --analyses attention,gradients,representations,similarity,projection" "peer_report '$theirs'"
  row "report on $name, all analyses" 0 "report '$ours'" "peer_report '$theirs'"
  if [[ -s $work/peer.json ]]; then
    awk -v name="$name" -v ours="$(cat "$work/memory")" -v theirs="$(field peak_rss_mb <"$work/peer.json")" \
      'BEGIN { printf "| … peak memory | %.0f MB | %.0f MB | %.2f | – |\n", ours / 1e6, theirs, theirs * 1e6 / ours }'
  fi
done
