// Maps of our own registers. Each [data-map] is drawn when it comes into sight, or when it is asked for.
"use strict";
(() => {
  const boxes = document.querySelectorAll("[data-map]");
  if (!boxes.length) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // The library weighs more than the page: it comes when the first map is seen.
  let coming;
  function library(box) {
    coming ??= new Promise((done, failed) => {
      const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: box.dataset.sheet });
      const script = Object.assign(document.createElement("script"), { src: box.dataset.library });
      script.onload = () => { maplibregl.setWorkerUrl(box.dataset.worker); done(); };
      script.onerror = () => failed(new Error(box.dataset.library));
      document.head.append(sheet, script);
    });
    return coming;
  }

  async function draw(box) {
    const [answer] = await Promise.all([fetch(box.dataset.style), library(box)]);
    if (!answer.ok) throw new Error(String(answer.status));
    const style = await answer.json();
    for (const source of Object.values(style.sources)) {
      source.tiles = source.tiles.map((t) => location.origin + t);
    }
    const bounds = box.dataset.bounds?.split(",").map(Number);
    const map = new maplibregl.Map({
      container: box, style, bounds, fitBoundsOptions: { padding: 24, maxZoom: 17 }, fadeDuration: calm ? 0 : 200,
      attributionControl: false, dragRotate: false, pitchWithRotate: false, maxZoom: 18,
      cooperativeGestures: matchMedia("(pointer: coarse)").matches,
      locale: box.dataset.language === "en" ? {} : {
        "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "Map.Title": "地图",
        "CooperativeGesturesHandler.MobileHelpText": "用两根手指移动地图",
        "CooperativeGesturesHandler.WindowsHelpText": "按住 Ctrl 并滚动以缩放地图",
        "CooperativeGesturesHandler.MacHelpText": "按住 ⌘ 并滚动以缩放地图",
        "Popup.Close": "关闭", "ScaleControl.Meters": "米", "ScaleControl.Kilometers": "千米" } });
    box.map = map;
    map.touchZoomRotate.disableRotation();
    map.getCanvas().setAttribute("aria-label", box.getAttribute("aria-label"));
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
    map.once("idle", () => box.classList.add("alive"));
    map.on("load", () => { if (box.dataset.geojson) own(map, document.getElementById(box.dataset.geojson)); });
    map.on("click", (event) => tell(box, map, event));
    map.on("mousemove", (event) => { map.getCanvas().style.cursor = hit(map, event.point) ? "pointer" : ""; });
    const deep = Math.min(...(box.dataset.focus || "").split(",").map((c) => style.sources[c]?.minzoom ?? 0));
    const hint = box.querySelector(".hint");
    const nearer = () => { if (hint) hint.hidden = map.getZoom() >= deep; };
    nearer();
    map.on("zoomend", nearer);
    if (box.dataset.reach) map.on("moveend", (event) => { if (event.originalEvent) reach(box, map); });
  }

  function hit(map, point) {
    const around = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    return map.queryRenderedFeatures(around).find((f) => /-(front|cluster)$/.test(f.layer.id));
  }

  // What was clicked, in words, with the way to its record. Text only: nothing from data becomes markup.
  function tell(box, map, event) {
    const found = hit(map, event.point);
    if (!found) return;
    const told = document.createElement("div");
    if (found.properties.count) {
      told.textContent = `${found.properties.count} ${box.dataset.wordsMore}`;
      map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2, animate: !calm });
    } else {
      const name = document.createElement("strong");
      name.textContent = found.properties.label || found.properties.id;
      const way = document.createElement("a");
      way.href = `/registers/${found.sourceLayer}/${encodeURIComponent(found.properties.id)}/`;
      way.textContent = box.dataset.wordsOpen;
      told.append(name, document.createElement("br"), way);
    }
    new maplibregl.Popup({ focusAfterOpen: true }).setLngLat(event.lngLat).setDOMContent(told).addTo(map);
  }

  // A thing of the page's own (the record's geometry), drawn over everything.
  function own(map, holder) {
    if (!holder) return;
    map.addSource("own", { type: "geojson", data: JSON.parse(holder.textContent) });
    const colour = "#0B5CAD";
    map.addLayer({ id: "own-fill", type: "fill", source: "own", filter: ["==", "$type", "Polygon"],
      paint: { "fill-color": colour, "fill-opacity": 0.25 } });
    map.addLayer({ id: "own-line", type: "line", source: "own", filter: ["!=", "$type", "Point"],
      paint: { "line-color": colour, "line-width": 3 } });
    map.addLayer({ id: "own-point", type: "circle", source: "own", filter: ["==", "$type", "Point"],
      paint: { "circle-color": colour, "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 2.5 } });
  }

  // The list below shows what the map shows: the box goes into the address of the links marked [data-bounds-link].
  function reach(box, map) {
    const b = map.getBounds();
    const value = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map((n) => n.toFixed(5)).join(",");
    document.querySelectorAll("[data-bounds-link]").forEach((link) => {
      const to = new URL(link.href);
      to.searchParams.set("bounds", value);
      link.href = to;
      link.hidden = false;
    });
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(entry.target).catch((fault) => {
        entry.target.classList.add("failed");
        const wait = entry.target.querySelector(".wait");
        if (wait) wait.textContent = `✕ ${fault.message}`;
      });
    }
  });
  // On a phone a map beside a list is drawn when it is asked for: it weighs more than the list, and takes as long.
  const narrow = matchMedia("(max-width: 719px)").matches;
  boxes.forEach((box) => {
    const button = box.querySelector(".draw");
    if (!button || !narrow || location.hash === `#${box.id}`) return seen.observe(box);
    button.hidden = false;
    button.addEventListener("click", () => {
      button.hidden = true;
      box.tabIndex = -1;
      box.focus();
      seen.observe(box);
    });
  });
})();
