import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { base64Bytes, GCM_BYTES, signingAlgorithms, tokenBytes } from "./encoded-size.ts";

const token = (payload: number, algorithm: string) => tokenBytes(payload, signingAlgorithms[algorithm]!);

describe("sizes on the wire", () => {
  it("of tokens are those of RFC 7515's compact form", () => {
    expect(["HS256", "ES256", "RS256"].map((algorithm) => token(300, algorithm))).toEqual([481, 524, 780]);
    expect(["HS256", "ES256", "RS256"].map((algorithm) => token(200, algorithm))).toEqual([348, 391, 647]);
    expect(["HS256", "ES256", "RS256"].map((algorithm) => token(800, algorithm))).toEqual([1148, 1191, 1447]);
    expect(token(3000, "HS256")).toBe(4081);
  });

  it("leave 3005 bytes of payload in a cookie called `session` of at most 4096 bytes, signed with HS256", () => {
    const cookie = (payload: number) => "session=".length + token(payload, "HS256");
    expect(cookie(3005)).toBeLessThanOrEqual(4096);
    expect(cookie(3006)).toBeGreaterThan(4096);
  });

  it("of 2800 bytes encrypted with AES-GCM are 3771", () => {
    expect(base64Bytes(2800 + GCM_BYTES)).toBe(3771);
  });

  it("of base64url are what an encoder makes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(base64Bytes(bytes.length)).toBe(Buffer.from(bytes).toString("base64url").length);
      }),
    );
  });
});
