/** The icons that catalogue entries name, and a fallback for names a newer catalogue may bring. */
import {
  Armchair, ArrowUpDown, BatteryCharging, Bike, BrickWall, Bug, Building2, Cable, Car, CircleAlert, CircleDot, Construction, DoorOpen, Droplet,
  Droplets, Ellipsis, Fence, FireExtinguisher, Flame, HandHeart, House, Leaf, LightbulbOff, Mountain, Package, PlugZap, Route, Siren, Spline, Sprout,
  Store, Trash2, TreeDeciduous, TriangleAlert, Unplug, Users, Volume2, Waves, Wind, Dog, Footprints, Cone,
} from '@lucide/vue'
import type { Component } from 'vue'

const ICONS: Record<string, Component> = {
  water: Droplets, droplet: Droplet, drain: Waves, 'tap-off': Droplets, flood: Waves, manhole: CircleDot,
  power: PlugZap, 'plug-off': Unplug, 'bulb-off': LightbulbOff, wire: Cable, charging: BatteryCharging,
  gas: Flame, hose: Spline, lift: ArrowUpDown, 'lift-off': CircleAlert, 'lift-alarm': Siren,
  fire: FireExtinguisher, 'fire-lane': Construction, boxes: Package, extinguisher: FireExtinguisher, 'bike-alert': Bike,
  waste: Trash2, bin: Trash2, rubble: Mountain, bug: Bug, smell: Wind,
  building: Building2, wall: BrickWall, roof: House, door: DoorOpen, road: Route, railing: Fence, crane: Construction,
  order: Cone, parking: Car, bike: Bike, stall: Store, noise: Volume2, dog: Dog,
  green: Sprout, branch: TreeDeciduous, leaf: Leaf,
  neighbours: Users, people: Users, hand: HandHeart, bench: Armchair, other: Ellipsis, dots: Ellipsis,
  visit: Footprints, problem: TriangleAlert,
}

export function iconOf(name: string | undefined): Component {
  return (name && ICONS[name]) || Ellipsis
}
