package dev.kvstore.crash;

import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** On the file system that most servers have, with blocks, a journal and delayed allocation. */
@Tag("long")
class FullExt4Test extends FullDiskSuite {

    @Override
    SmallDisk mount() throws IOException {
        return SmallDisk.ext4(DISK_MEBIBYTES);
    }
}
