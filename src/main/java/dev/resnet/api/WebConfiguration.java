package dev.resnet.api;

import jakarta.servlet.DispatcherType;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.WebMvcRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Paging, parameters, numbers in JSON, body limits, and Tomcat's own errors. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HttpProperties.class)
class WebConfiguration implements WebMvcConfigurer {

  @Bean
  JsonFactoryBuilderCustomizer finiteNumbers() {
    return FiniteNumbers::addTo;
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(new PageRequestResolver());
  }

  /**
   * Uses forwarded headers only if the operator has declared a proxy. Otherwise any client could
   * set them, so they are removed.
   */
  @Bean
  FilterRegistrationBean<ForwardedHeaderFilter> forwardedHeaders(
      ServerProperties server,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
    ForwardedHeaderFilter filter = new ProxyFilter(resolver);
    filter.setRemoveOnly(
        server.getForwardHeadersStrategy() != ServerProperties.ForwardHeadersStrategy.FRAMEWORK);
    var registration = new FilterRegistrationBean<>(filter);
    registration.setDispatcherTypes(
        DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  WebMvcRegistrations errorsFirst() {
    return new WebMvcRegistrations() {
      @Override
      public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
        return new ErrorsFirst();
      }
    };
  }

  @Bean
  ErrorsFirst.Late notAcceptable() {
    return new ErrorsFirst.Late();
  }

  @Override
  public void addInterceptors(InterceptorRegistry interceptors) {
    interceptors.addInterceptor(new ParameterCheck()).addPathPatterns("/api/**");
  }

  @Bean
  FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(
      HttpProperties properties,
      List<BodyLimit> limits,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver resolver) {
    BodyLimit everywhereElse =
        new BodyLimit("/**", properties.maxBodySize(), HttpProperties.MAX_BODY_SIZE);
    FilterRegistrationBean<BodyLimitFilter> registration =
        new FilterRegistrationBean<>(new BodyLimitFilter(everywhereElse, limits, resolver));
    // Before any filter that may read a parameter, because that reads the body of a form.
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE + 10);
    return registration;
  }

  @Bean
  FilterRegistrationBean<ETags> eTags(List<ConditionalGet> paths) {
    // Inside security's filters: whoever may not read gets no 304.
    return new FilterRegistrationBean<>(new ETags(paths));
  }

  @Bean
  ConditionalGet documentETag(@Value("${springdoc.api-docs.path:/v3/api-docs}") String path) {
    return ConditionalGet.of(path, path + ".yaml");
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcatProblems(
      ObjectProvider<ErrorFormat> formats) {
    // Added after Spring Boot's own valve, so inside it: this one reports first.
    return factory ->
        factory.addContextCustomizers(
            context ->
                context
                    .getParent()
                    .getPipeline()
                    .addValve(new ProblemReportValve(formats.stream().toList())));
  }

  /**
   * Sends "100 Continue" when a body is read, that is once the request is accepted. Tomcat would
   * send it at once, also for a body that is then refused.
   */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> continueOnceAccepted() {
    return factory ->
        factory.addConnectorCustomizers(
            connector -> connector.setProperty("continueResponseTiming", "onRead"));
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> abortableResponses() {
    return factory -> factory.addContextValves(new Abort.Valve());
  }
}
