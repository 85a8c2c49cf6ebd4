package dev.kvstore.sample;

import java.io.IOException;
import java.io.InputStream;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Takes links in bulk. */
@RestController
class ImportController {

    private final LinkRepository links;

    ImportController(LinkRepository links) {
        this.links = links;
    }

    /** Reads lines {@code name,url} as they arrive, so that a file may be of any size. */
    @PostMapping(path = "/links/import", consumes = "text/csv")
    CsvImport.Report importLinks(InputStream body) throws IOException {
        return new CsvImport(links).run(body);
    }
}
