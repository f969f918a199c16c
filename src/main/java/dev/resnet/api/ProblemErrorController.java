package dev.resnet.api;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The servlet container's error page: errors outside Spring MVC get the same format. */
@Hidden
@RestController
final class ProblemErrorController implements ErrorController {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemErrorController.class);

  private final List<ErrorFormat> formats;

  ProblemErrorController(ObjectProvider<ErrorFormat> formats) {
    this.formats = formats.stream().toList();
  }

  @RequestMapping("${spring.web.error.path:/error}")
  ResponseEntity<byte[]> error(HttpServletRequest request) {
    Problem problem = problem(request);
    Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    ErrorFormat format =
        ErrorFormat.of(uri instanceof String text ? text : null, request.getContextPath(), formats);
    return ResponseEntity.status(problem.status())
        .contentType(format.type())
        .body(format.bytes(problem));
  }

  private static Problem problem(HttpServletRequest request) {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    if (!(status instanceof Integer code)) {
      return Problem.of(404, "There is no such resource. /swagger-ui.html shows what there is.");
    }
    if (code >= 500) {
      String id = "urn:uuid:" + UUID.randomUUID();
      LOG.error(
          "{}: {} {} failed with status {}",
          id,
          request.getMethod(),
          uri,
          code,
          (Throwable) request.getAttribute(RequestDispatcher.ERROR_EXCEPTION));
      return Problem.internal(code, id);
    }
    return Problem.of(
        code,
        code == 404
            ? "There is no " + Problems.abbreviated(String.valueOf(uri)) + "."
            : "The request can't be answered.");
  }
}
