# Places that are known: along (3,4) at -10, 0, 5 about the mean, and one beside it.
$ printf '5 2\na -6 -7\nb 0 1\nc 3 5\nd 3 5\n你好 1 0\n' >v.txt; echo 'a b c d 你好' >text; nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 --vectors v.txt --freeze -o v.nnlm text
$ lm-plot --map -m v.nnlm --tsv a b c d | awk '{ printf "%s %.6f %.6f\n", $1, $2 + 1e-9, $3 + 1e-9 }'
| a 10.000000 0.000000
| b 0.000000 0.000000
| c -5.000000 0.000000
| d -5.000000 0.000000
$ lm-plot --map -m v.nnlm --tsv d 你好 xyzzy d
| d	2.692582	0
| 你好	-2.692582	0
! lm-plot: 'xyzzy' has no vector
$ printf 'd\n你好 d\n' | lm-plot --map -m v.nnlm --tsv --words - a | wc -l | tr -d ' '
| 3
$ lm-plot --map -m v.nnlm --tsv a; lm-plot --map -m v.nnlm --tsv c d; lm-plot --map -m v.nnlm --tsv --unit c d
| a	0	0
| c	0	0
| d	0	0
| c	0	0
| d	0	0
$ lm-plot --map -m v.nnlm --width 300 --height 200 a 你好
| <svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200" font-family="sans-serif" font-size="12">
| <title>words by their vectors</title>
| <rect width="100%" height="100%" fill="white"/>
| <text x="150.00" y="190.00" text-anchor="middle">100.0 % of the variance across, 0.0 % up</text>
| <circle cx="250.00" cy="100.00" r="3" fill="#06c"/>
| <circle cx="50.00" cy="100.00" r="3" fill="#06c"/>
| <text x="255.00" y="104.00" text-anchor="start">a</text>
| <text x="55.00" y="104.00" text-anchor="start">你好</text>
| </svg>
$ lm-plot --map -m v.nnlm a b c d 你好 -o a.svg; lm-plot --map -m v.nnlm a b c d 你好 | cmp a.svg -

# XML cannot hold all that words may.
$ printf 'a&b <c> \377 \001 d\n' >odd; nnlm-train -q -n 2 --dim 3 --hidden 1 --steps 1 -o odd.nnlm odd; lm-plot --map -m odd.nnlm --words odd | sed -n 's/.*>\(.*\)<.text>/\1/p' | tail -n 5
| a&amp;b
| &lt;c&gt;
| �
| �
| d
$ lm-plot --map -m odd.nnlm d | grep -c '<circle cx="400.00" cy="300.00"'
| 1

# Wrong uses and files.
$ lm-plot
! lm-plot: what to draw? --map or --attention is what there is
! lm-plot: --help shows an example
= 2
$ lm-plot --map a
! lm-plot: --map: --model FILE is missing
! lm-plot: --help shows an example
= 2
$ lm-plot --map -m v.nnlm
! lm-plot: --map: no words, neither as operands nor by --words
! lm-plot: --help shows an example
= 2
$ lm-plot --map -m v.nnlm xyzzy '<unk>' -o out; test -e out || echo none
| none
! lm-plot: 'xyzzy' has no vector
! lm-plot: '<unk>' has no vector
! lm-plot: no word to put on the map has a vector
! lm-plot: --help shows an example
$ lm-plot --map -m v.nnlm --words no-such-file
! lm-plot: no-such-file: open: No such file or directory
= 3
$ lm-plot --map -m v.txt a
! lm-plot: v.txt: vectors as word2vec writes them; make a model of them by ckpt-convert -o MODEL
= 4
$ lm-plot --map -m v.nnlm --width 100 a
! lm-plot: --width: 100 is out of range (200 to 10000; nearest 200)
! lm-plot: --help shows an example
= 2
$ lm-plot --map -m v.nnlm a >/dev/full
! lm-plot: standard output: write: No space left on device
= 3
$ nnlm-train -q -n 2 --dim 3 --hidden 1 --steps 1 -o s.nnlm data/stories-train.txt; tr -s ' ' '\n' <data/stories-train.txt | sed '/^$/d' | sort -u | head -n 501 >words
$ lm-plot --map -m s.nnlm --words words
! lm-plot: more than 500 words on a map
! lm-plot: --help shows an example
= 2
$ head -n 500 words | lm-plot --map -m s.nnlm --words - | grep -c '<circle'
| 500

# Attention: the pairs that a pattern allows, by hand.
$ lm-plot --attention --pattern band:2 -t 4 --pgm -o p.pgm; head -n 3 p.pgm; tail -c 16 p.pgm | od -An -v -w4 -tu1 | tr -s ' '
| P5
| 4 4
| 255
|  0 255 255 255
|  0 0 255 255
|  255 0 0 255
|  255 255 0 0
$ lm-plot --attention --pattern atrous:2 --both-ways -t 3 --pgm | tail -c 9 | od -An -v -w3 -tu1 | tr -s ' '
|  0 255 0
|  255 0 255
|  0 255 0
# The page, the border, and the runs of cells: 1, 1, 2, 3 in each row of the four blocks.
$ lm-plot --attention --pattern fixed:4:2 -t 16 -o p.svg; grep -c '<rect' p.svg
| 30
# A model that sees one position before it: the first token looks at itself alone.
$ printf 'abcabcabc\n' >text; gpt-train -q --layers 2 --heads 2 --width 4 -t 4 --pattern band:2 --steps 2 -b 2 -o m.gpt text
$ lm-plot --attention -m m.gpt --text abc --layer 2 --head 1 --pgm | tail -c 16 | od -An -v -w4 -tu1 | awk '{ print ($1 == 255), ($2 == 255), ($3 == 255), ($4 == 255) }'
| 0 1 1 1
| 0 0 1 1
| 1 0 0 1
| 1 1 0 0
$ lm-plot --attention -m m.gpt --text abc --layer 2 -o a.svg; grep -o '<title>.*</title>' a.svg; grep -c '>[abc]</text>' a.svg
| <title>layer 2, all heads</title>
| 3
$ lm-plot --attention -m m.gpt --text abc --layer 3
! lm-plot: the model has 2 layers of 2 heads
! lm-plot: --help shows an example
= 2
$ lm-plot --attention -m m.gpt --text abcabc
! lm-plot: a text of 7 tokens; it must have 1 to 4
! lm-plot: --help shows an example
= 2
$ lm-plot --attention --pattern dense,band:2
! lm-plot: 'dense,band:2': one pattern makes a picture
! lm-plot: --help shows an example
= 2
$ lm-plot --attention
! lm-plot: --attention: either --pattern, or --model and --text
! lm-plot: --help shows an example
= 2
$ lm-plot --attention --pattern dense -m m.gpt
! lm-plot: --attention: either --pattern, or --model and --text
! lm-plot: --help shows an example
= 2
$ lm-plot --attention --pattern dense king
! lm-plot: --attention: words, --unit and --tsv are for --map
! lm-plot: --help shows an example
= 2
$ lm-plot --attention --pattern dense --tsv
! lm-plot: --attention: words, --unit and --tsv are for --map
! lm-plot: --help shows an example
= 2
$ lm-plot --map -m m.gpt --pgm king
! lm-plot: --map: --pattern, --text and --pgm are for --attention
! lm-plot: --help shows an example
= 2
$ lm-plot --attention --map
! lm-plot: what to draw? --map or --attention is what there is
! lm-plot: --help shows an example
= 2
