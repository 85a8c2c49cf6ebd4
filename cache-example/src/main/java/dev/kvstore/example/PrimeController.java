package dev.kvstore.example;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Answers questions for primes. */
@RestController
class PrimeController {

    private static final int LARGEST = 1_000_000;

    private final Primes primes;

    PrimeController(Primes primes) {
        this.primes = primes;
    }

    @GetMapping("/primes/{number}")
    Primes.Prime prime(@PathVariable int number) {
        if (number < 1 || number > LARGEST) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "The number must be from 1 to " + LARGEST + ".");
        }
        return primes.find(number);
    }
}
