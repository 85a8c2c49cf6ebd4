package dev.kvstore.simulation;

import java.util.Random;

/** What a power cut takes of that which was on its way to the disk. */
interface Loss {

    /** All sectors of a page. */
    int WHOLE_PAGE = 0xff;

    /** Returns a bit for each sector of a page that reached the disk. */
    int keptSectors(String file, int page);

    /** Whether a change of a name reached the disk. */
    boolean keepsName(int change);

    /** Returns the size of a file that was growing. */
    long size(long durableSize, long size);

    /** Whether it takes nothing at all. */
    default boolean isNothing() {
        return false;
    }

    /**
     * Nothing: what the death of the process leaves. What was on its way to the disk is so still.
     */
    static Loss nothing() {
        return new Named("nothing is lost", WHOLE_PAGE, true) {
            @Override
            public boolean isNothing() {
                return true;
            }

            @Override
            public long size(long durableSize, long size) {
                return size;
            }
        };
    }

    /** Everything that had not been forced. */
    static Loss everything() {
        return new Named("all that was not forced is lost", 0, false) {
            @Override
            public long size(long durableSize, long size) {
                return durableSize;
            }
        };
    }

    /**
     * All names kept, all bytes lost, or the other way round: orders that file systems differ in.
     */
    static Loss bytesOnly(boolean keptNames) {
        return new Named(
                keptNames ? "bytes are lost, names kept" : "names are lost, bytes kept",
                keptNames ? 0 : WHOLE_PAGE,
                keptNames) {
            @Override
            public long size(long durableSize, long size) {
                return keptNames ? durableSize : size;
            }
        };
    }

    /** Pages of some files only reach the disk. */
    static Loss byFile(String suffix, boolean kept) {
        return new Loss() {
            @Override
            public int keptSectors(String file, int page) {
                return file.endsWith(suffix) == kept ? WHOLE_PAGE : 0;
            }

            @Override
            public boolean keepsName(int change) {
                return true;
            }

            @Override
            public long size(long durableSize, long size) {
                return size;
            }

            @Override
            public String toString() {
                return (kept ? "only pages of *" : "all pages but those of *") + suffix + " kept";
            }
        };
    }

    /** Any of it, the same for the same seed. */
    static Loss random(long seed) {
        Random random = new Random(seed);
        int keptPages = random.nextInt(101);
        int tornPages = random.nextInt(3) * 30;
        int keptNames = random.nextInt(101);
        return new Loss() {
            @Override
            public int keptSectors(String file, int page) {
                if (random.nextInt(100) < tornPages) {
                    return random.nextInt(WHOLE_PAGE + 1);
                }
                return random.nextInt(100) < keptPages ? WHOLE_PAGE : 0;
            }

            @Override
            public boolean keepsName(int change) {
                return random.nextInt(100) < keptNames;
            }

            @Override
            public long size(long durableSize, long size) {
                return switch (random.nextInt(3)) {
                    case 0 -> durableSize;
                    case 1 -> size;
                    default -> durableSize + random.nextLong(size - durableSize + 1);
                };
            }

            @Override
            public String toString() {
                return "lost by chance with seed " + seed;
            }
        };
    }

    /** The same for all pages and names. */
    abstract class Named implements Loss {

        private final String text;
        private final int sectors;
        private final boolean names;

        private Named(String text, int sectors, boolean names) {
            this.text = text;
            this.sectors = sectors;
            this.names = names;
        }

        @Override
        public int keptSectors(String file, int page) {
            return sectors;
        }

        @Override
        public boolean keepsName(int change) {
            return names;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
