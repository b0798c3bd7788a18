import TestSupport
import Testing
import Transformers

@Suite struct SiteTests {
  @Test(
    "Sites are called as TransformerLens calls them",
    arguments: [
      (Site.embed, "hook_embed"), (.positionEmbed, "hook_pos_embed"), (.finalNorm, "ln_final.hook_normalized"),
      (.logits, "hook_logits"), (.pattern(layer: 3), "blocks.3.attn.hook_pattern"),
      (Site(.rotatedQuery, layer: 0), "blocks.0.attn.hook_rot_q"),
      (Site(.mlpPreLinear, layer: 11), "blocks.11.mlp.hook_pre_linear"),
      (Site(.embed, stack: .encoder), "encoder.hook_embed"),
      (Site(.pattern, layer: 3, stack: .encoder), "encoder.3.attn.hook_pattern"),
      (Site(.finalNorm, stack: .encoder), "encoder_final_ln.hook_normalized"),
      (Site(.crossPattern, layer: 3, stack: .decoder), "decoder.3.cross_attn.hook_pattern"),
      (Site(.crossOut, layer: 0, stack: .decoder), "decoder.0.hook_cross_attn_out"),
      (Site(.residMidCross, layer: 0, stack: .decoder), "decoder.0.hook_resid_mid_cross"),
      (Site(.finalNorm, stack: .decoder), "decoder_final_ln.hook_normalized"),
    ])
  func names(site: Site, text: String) {
    #expect(site.text == text)
    #expect(Site(text: text) == site)
  }

  @Test(
    "What is no name is no site",
    arguments: [
      "", "blocks", "blocks.3", "blocks.3.attn.hook_nothing", "blocks.-1.hook_resid_pre", "blocks.x.hook_resid_pre",
      "stack.3.attn.hook_pattern", "encoder.ln_final.hook_normalized", "hook_resid_pre", "blocks.0.hook_embed",
    ])
  func noNames(text: String) {
    #expect(Site(text: text) == nil)
  }

  @Test("Every site of a model has a text form of its own, and that form is the site", arguments: Reference.families)
  func sitesAndTexts(name: String) throws {
    let sites = try Model(directory: Fixtures.url("models/\(name)")).description.sites
    for site in sites { #expect(Site(text: site.text) == site) }
    #expect(Set(sites.map(\.text)).count == sites.count)
  }
}
