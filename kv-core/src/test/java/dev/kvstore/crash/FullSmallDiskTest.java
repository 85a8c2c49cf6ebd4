package dev.kvstore.crash;

import java.io.IOException;

/** On a disk in memory, or the one that a property names. */
class FullSmallDiskTest extends FullDiskSuite {

    @Override
    SmallDisk mount() throws IOException {
        return SmallDisk.givenOrInMemory(DISK_MEBIBYTES);
    }
}
