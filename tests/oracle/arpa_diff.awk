# arpa_diff.awk - awk -f arpa_diff.awk A.arpa B.arpa: for every order how many n-grams both
# have, and, where there are any, how many differ by more than 1e-5 or are only in one.
BEGIN { FS = "\t"; tolerance = 1e-5 }
FNR == 1 { file++; order = 0 }
/^\\[0-9]+-grams:/ { order = substr($0, 2) + 0; if (order > highest) highest = order; next }
/^\\end/ { order = 0 }
!order || !NF { next }
file == 1 { p[order, $2] = $1; bow[order, $2] = $3; first[order]++; next }
{ second[order]++ }
!((order, $2) in p) { only[order]++; next }
{
    dp = p[order, $2] - $1
    db = bow[order, $2] - $3
    if (dp > tolerance || -dp > tolerance || db > tolerance || -db > tolerance) differ[order]++
}
END {
    for (order = 1; order <= highest; order++) {
        missing = only[order] + first[order] - (second[order] - only[order])
        printf "%d: %d n-grams%s%s\n", order, second[order],
            missing ? ", only in one: " missing : "", differ[order] ? ", differ: " differ[order] : ""
    }
}
