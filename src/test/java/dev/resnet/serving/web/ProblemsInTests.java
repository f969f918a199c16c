package dev.resnet.serving.web;

import dev.resnet.api.ProblemException;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

@RestControllerAdvice
class ProblemsInTests {
  @ExceptionHandler
  ResponseEntity<Object> handle(ProblemException e) {
    return ResponseEntity.status(e.status())
        .header("Content-Type", "application/problem+json")
        .body(Map.of("detail", e.getMessage(), "errors", e.errors()));
  }
}
