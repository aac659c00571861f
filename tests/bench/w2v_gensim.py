# w2v_gensim.py TEXT OUT cbow|sg EPOCHS - word vectors by gensim, with one worker, to word2vec's
# binary form; for w2v.sh.
import sys

from gensim.models import Word2Vec

text, out, mode, epochs = sys.argv[1:]
sg = int(mode == "sg")
model = Word2Vec(
    corpus_file=text, vector_size=100, window=5, negative=5, sample=1e-3, min_count=5, hs=0, sg=sg,
    alpha=0.025 if sg else 0.05, min_alpha=1e-4, cbow_mean=1, workers=1, epochs=int(epochs), seed=1)
model.wv.save_word2vec_format(out, binary=True)
