import { describe, expect, it } from "vitest";
import { sessionRouteOf } from "./session.ts";

const sticky = { cookie: "ID", parameter: "id", separator: ".", semicolonEnds: false };
const routeIn = (uri: string, cookies = "", settings = sticky) => sessionRouteOf(uri, cookies, settings)?.route;

describe("the route of a session", () => {
  it("is what follows the first dot of the session's id", () => {
    expect(routeIn("/", "ID=abc.s1")).toBe("s1");
    expect(routeIn("/", "ID=abc.s1.s2")).toBe("s1.s2");
    expect(routeIn("/", "ID=abc.")).toBe("");
    expect(routeIn("/", "ID=abc")).toBeNull();
    expect(routeIn("/", "OTHER=abc.s1")).toBeUndefined();
  });

  it("is looked for in the URL first, up to the next mark", () => {
    expect(routeIn("/a?id=x.s1&y=2", "ID=x.s2")).toBe("s1");
    expect(routeIn("/a?id=x&y=2", "ID=x.s2")).toBeNull();
    expect(routeIn("/a?xid=x.s3", "")).toBe("s3");
    expect(routeIn("/a?id=", "ID=x.s2")).toBe("s2");
  });

  it("ends at a semicolon in the URL only where that is set", () => {
    expect(routeIn("/a;id=x.s1;v=2?q=3")).toBe("s1;v=2");
    expect(routeIn("/a;id=x.s1;v=2?q=3", "", { ...sticky, semicolonEnds: true })).toBe("s1");
  });

  it("stands in a cookie that begins the header or follows a semicolon, a comma or a space", () => {
    expect(routeIn("/", "a=1; ID=x.s1; b=2")).toBe("s1");
    expect(routeIn("/", "a=1,ID=x.s1,b=2")).toBe("s1");
    expect(routeIn("/", "MYID=x.s1")).toBeUndefined();
    expect(routeIn("/", "MYID=x.s1; ID = y.s2")).toBe("s2");
  });
});
