param location string = resourceGroup().location
param tag string = '1.2'
@secure()
param dbPassword string
var registry = 'shop.azurecr.io'

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: 'orders'
  location: location
  properties: {
    configuration: {
      ingress: {
        external: false
        targetPort: 8080
      }
      secrets: [
        {
          name: 'db'
          value: dbPassword
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'orders'
          image: '${registry}/orders:${tag}'
          env: [
            {
              name: 'DB'
              secretRef: 'db'
            }
            {
              name: 'NAME'
              value: 'name'
            }
          ]
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
        }
      ]
      scale: {
        minReplicas: 1
        maxReplicas: 3
      }
    }
  }
}
