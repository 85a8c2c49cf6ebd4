package dev.kvstore.example;

import java.time.Duration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.stereotype.Service;

/** Finds primes in the slowest way there is. */
@Service
class Primes {

    /** A prime, and which process took how long to find it. */
    record Prime(int number, long prime, long process, Duration took) {}

    /** Returns the n-th prime. Of those who ask for the same at the same time one computes it. */
    @Cacheable(cacheNames = "primes", sync = true)
    public Prime find(int number) {
        long start = System.nanoTime();
        long candidate = 1;
        for (int found = 0; found < number; ) {
            candidate++;
            found += isPrime(candidate) ? 1 : 0;
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Prime(number, candidate, ProcessHandle.current().pid(), took);
    }

    private static boolean isPrime(long candidate) {
        for (long divisor = 2; divisor * divisor <= candidate; divisor++) {
            if (candidate % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
