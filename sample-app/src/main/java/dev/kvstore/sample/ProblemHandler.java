package dev.kvstore.sample;

import dev.kvstore.KeyValueStoreException;
import dev.kvstore.StoreFullException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Answers what goes wrong with a problem detail (RFC 9457); {@code field} says what to correct. */
@RestControllerAdvice
class ProblemHandler extends ResponseEntityExceptionHandler {

    private final LinkRepository links;

    ProblemHandler(LinkRepository links) {
        this.links = links;
    }

    @ExceptionHandler
    ProblemDetail invalidField(InvalidFieldException e) {
        return invalid(e.field(), String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ProblemDetail unknownLink(UnknownLinkException e) {
        ProblemDetail problem =
                ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
        problem.setTitle("Unknown link");
        problem.setProperty("suggestions", links.namesNear(e.name()));
        return problem;
    }

    @ExceptionHandler
    ProblemDetail storeFull(StoreFullException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.INSUFFICIENT_STORAGE, e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail storeUnavailable(KeyValueStoreException e) {
        logger.error("The store cannot do its work", e);
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        ProblemDetail problem = invalid("body", "body must be JSON, {\"url\":\"https://…\"}");
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleTypeMismatch(
            TypeMismatchException e,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        String field =
                e instanceof MethodArgumentTypeMismatchException argument
                        ? argument.getName()
                        : String.valueOf(e.getPropertyName());
        ProblemDetail problem = invalid(field, field + " has no such value: " + e.getValue());
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    private static ProblemDetail invalid(String field, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, detail);
        problem.setTitle("Invalid input");
        problem.setProperty("field", field);
        return problem;
    }
}
