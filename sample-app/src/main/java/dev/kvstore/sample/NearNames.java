package dev.kvstore.sample;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Names that somebody who mistyped one may have meant, whatever their case. */
final class NearNames {

    private static final int MOST_SUGGESTED = 5;
    private static final int MOST_EDITS = 3;
    private static final int FAR = 99;

    private NearNames() {}

    private record Candidate(String name, int distance) {}

    /** Returns the nearest of the names, nearest first; none if none is near. */
    static List<String> of(String wanted, Stream<String> names) {
        String lowerWanted = wanted.toLowerCase(Locale.ROOT);
        Stream<Candidate> near =
                names.map(name -> new Candidate(name, distance(lowerWanted, name)))
                        .filter(candidate -> candidate.distance() < FAR);
        Comparator<Candidate> nearestFirst =
                Comparator.comparingInt(Candidate::distance)
                        .thenComparing(Candidate::name, LinkRepository.BY_NAME);
        return Smallest.of(near, MOST_SUGGESTED, nearestFirst).stream()
                .map(Candidate::name)
                .toList();
    }

    /** Counts edits up to a few; next are names that begin with what was wanted, or end in it. */
    private static int distance(String lowerWanted, String name) {
        String lowerName = name.toLowerCase(Locale.ROOT);
        int mostEdits = Math.min(MOST_EDITS, 1 + lowerWanted.length() / 4);
        int edits = edits(lowerWanted, lowerName, mostEdits);
        if (edits <= mostEdits) {
            return edits;
        }
        boolean part = lowerName.startsWith(lowerWanted) || lowerName.endsWith("." + lowerWanted);
        return part ? mostEdits + 1 : FAR;
    }

    /** Returns the Levenshtein distance, or more than {@code most} if it is more than that. */
    static int edits(String a, String b, int most) {
        if (Math.abs(a.length() - b.length()) > most) {
            return most + 1;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            int best = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
                best = Math.min(best, row[j]);
            }
            if (best > most) {
                return best;
            }
        }
        return row[b.length()];
    }
}
